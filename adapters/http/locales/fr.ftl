# Ce que les gens lisent, en français.

## Autour de chaque page
skip = Aller au contenu
nav-main = Principal
nav-calls = Appels
nav-numbers = Chiffres
nav-phone = Téléphone
nav-outages = Pannes
nav-audit = Journal d’audit
nav-settings = Réglages
theme-dark = Sombre
theme-light = Clair
sign-out = Se déconnecter
sign-out-everywhere = Se déconnecter partout
to-the-calls = Vers les appels
page-call = Appel
notice-away = Le journal des appels n’est pas disponible. Les appelants sont pris en charge ; { $waiting ->
    [one] { $waiting } événement attend et apparaîtra ici.
   *[other] { $waiting } événements attendent et apparaîtront ici.
  }
notice-behind = Le journal des appels rattrape son retard : { $waiting ->
    [one] { $waiting } événement attend et apparaîtra ici.
   *[other] { $waiting } événements attendent et apparaîtront ici.
  }
notice-losing = Les appels sont pris, mais rien ne peut être conservé : ni le journal ni la file d’attente ne peuvent être écrits.

## Connexion
sign-in = Connexion
sign-in-name = Nom
sign-in-password = Mot de passe
sign-in-wrong = le nom ou le mot de passe est inexact
sign-in-code = Code
sign-in-code-needed = entrez à nouveau votre mot de passe, avec le code de votre application
sign-in-code-wrong = le code est inexact ou a déjà servi
sign-in-elsewhere = Se connecter avec { $name }
sign-in-nobody = vous y êtes connu, mais personne ne vous a encore ouvert l’accès ici ; un administrateur le peut
sign-in-away = le service de connexion ne répond pas ; réessayez dans un instant ou utilisez votre mot de passe
sign-in-not-vouched = cela n’a pas fonctionné ; réessayez
sign-in-go-on = Continuer
sign-in-throttled = trop de tentatives ; réessayez dans { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  }

## Erreurs
error-400 = Adresse incompréhensible
error-400-detail = Une partie de l’adresse n’a pas de sens ici.
error-400-parameter = Une partie de l’adresse n’a pas de sens ici : { $parameter }.
error-401 = Déconnecté
error-401-detail = Votre session a pris fin. Reconnectez-vous ; ce que vous avez envoyé n’a pas été pris.
error-405 = Rien à voir ici
error-405-detail = Cette adresse ne prend qu’un formulaire. Revenez à la page du formulaire.
error-408 = Trop lent
error-408-detail = Ce que vous avez envoyé n’est pas arrivé à temps. Réessayez.
error-403 = Interdit
error-403-detail = Votre rôle ne le permet pas, ou le formulaire ne vient pas de notre page. Rechargez la page et réessayez.
error-404 = Introuvable
error-404-detail = Il n’y a rien à cette adresse.
error-409 = Déjà fait
error-409-detail = C’est déjà ainsi, ou quelqu’un a été plus rapide.
error-413 = Trop grand
error-413-detail = Le formulaire dépasse tout ce qu’il peut contenir.
error-422 = Refusé
error-422-detail = Quelque chose dans le formulaire ne peut être accepté.
error-500 = Cette page est en panne
error-500-detail = L’erreur vient de nous ; le journal du serveur en dit plus.
error-503 = Le journal n’est pas disponible
error-503-detail = Réessayez dans un instant.

## Jours et heures
date-long = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
  } { $month } { $year }
date-short = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
  } { $month }
date-today = Aujourd’hui · { $date }
date-yesterday = Hier · { $date }
date-unknown = Jour inconnu
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
weekday-short-1 = lun.
weekday-short-2 = mar.
weekday-short-3 = mer.
weekday-short-4 = jeu.
weekday-short-5 = ven.
weekday-short-6 = sam.
weekday-short-7 = dim.
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
month-short-1 = janv.
month-short-2 = févr.
month-short-3 = mars
month-short-4 = avr.
month-short-5 = mai
month-short-6 = juin
month-short-7 = juil.
month-short-8 = août
month-short-9 = sept.
month-short-10 = oct.
month-short-11 = nov.
month-short-12 = déc.

## Ce qu’un appel est et fut
status-ringing = Sonne
status-in-menu = Au menu
status-connecting = Mise en relation
status-talking = En conversation
status-leaving-message = Laisse un message
status-in-progress = En cours
outcome-answered = Répondu
outcome-voicemail = Message vocal
outcome-missed = Manqué
outcome-abandoned = Abandonné
outcome-rejected = Refusé
outcome-failed = Échoué
outcome-none = en cours
reason-accepted = le destinataire a pris l’appel
reason-bridged = mis en relation
reason-carrier_record = connu par les seuls relevés de l’opérateur
reason-chosen = l’appelant voulait laisser un message
reason-after_no_answer = personne n’a pris l’appel
reason-after_busy = la ligne était occupée
reason-after_decline = le destinataire a refusé
reason-after_failure = le renvoi a échoué
reason-out_of_hours = hors des heures d’ouverture
reason-no_input = l’appelant n’a rien tapé
reason-no_input-voicemail = l’appelant n’a rien tapé et a laissé un message
reason-no_match = l’appelant a tapé d’autres touches
reason-no_match-voicemail = l’appelant a tapé d’autres touches et a laissé un message
reason-no_answer = personne n’a répondu, pas de message
reason-busy = la ligne était occupée, pas de message
reason-declined = le destinataire a refusé, pas de message
reason-not_accepted = décroché mais pas accepté, pas de message
reason-unreachable = le numéro était injoignable, pas de message
reason-caller_gave_up = l’appelant a raccroché pendant la sonnerie
reason-early = raccroché avant le premier mot
reason-in_menu = raccroché dans le menu
reason-empty_message = raccroché sans laisser de message
reason-goodbye = a entendu l’annonce
reason-blocked = l’appelant est bloqué
reason-withheld = les numéros masqués sont refusés
reason-limit = une limite était atteinte
reason-carrier = l’opérateur n’a pas pu acheminer l’appel
reason-unknown = on n’a jamais su sa fin
caller-unknown = Appelant inconnu
caller-withheld = Numéro masqué
simulated = simulé
unknown-time = inconnue
took-it = l’a pris
key-pressed = Touche :
for-talk = parlé
for-rang = sonné
for-menu = menu
for-all = en tout

## Un message
speech = { $speech } s de parole sur { $length } s
speech-none = aucune parole en { $length } s
message-from = Message de { $who }
message-heard = écouté par { $who }
message-filed = classé sans bruit
message-new = nouveau
message-pending = Message en chemin
message-lost = Le message n’a pu être obtenu
message-deleted = Message supprimé
message-none = Pas de transcription

## Ce que l’on a fait
later-call = un appel ultérieur
that-call = cet appel
takes-care = { $who } s’en occupe
notes = { $n ->
    [one] { $n } note
   *[other] { $n } notes
  }
do-handle = Réglé
do-reopen = Rouvrir
do-claim = Je m’en occupe
do-release = Lâcher
do-heard = Marquer comme écouté
do-call-back = Rappeler
do-call-back-to = Rappeler { $who }
refused-stale = quelqu’un vient de modifier cet appel ; regardez-le à nouveau
refused-note-empty = la note est vide
refused-note-long = une note a { $most } caractères au plus
refused-notes-many = un appel a { $most } notes au plus
refused-tag-empty = l’étiquette est vide
refused-tag-long = une étiquette a { $most } caractères au plus
refused-tags-many = un appel a { $most } étiquettes au plus

## Le fil
tab-attention = À traiter
tab-all = Tous
tab-voicemail = Messages
tab-missed = Manqués
tab-live = En cours
tab-done = Réglés
tabs = Parties du journal
range-today = Aujourd’hui
range-yesterday = Hier
range-week = Cette semaine
range-7d = 7 derniers jours
range-30d = 30 derniers jours
range-365d = Une année
range-any = tous les jours
live-off = Pas en direct
pause = Pause
next-to-settle = Suivant à régler
search = Chercher
search-hint = numéro, nom, lieu, note
when = Quand
outcome = Issue
all = toutes
back-from = En remontant du
more-filters = Plus de filtres
reason = Raison
filter-from = Numéro de l’appelant
filter-destination = Renvoyé vers
filter-mailbox = Messagerie
filter-tag = Étiquette
filter-since = Du jour
filter-until = Avant le jour
show = Montrer
clear-filters = Ôter les filtres
found = { $n ->
    [one] { $text } appel
   *[other] { $text } appels
  }
times-of = heures de { $zone }
take-out-as = exporter en
export-csv = CSV
export-jsonl = lignes JSON
export-zip = messages (zip)
views = Vues enregistrées
view-name = Nom de cette vue
view-save = Enregistrer cette vue
view-remove = Oublier la vue { $name }
older-calls = Appels plus anciens
calls-caption = Appels, du plus récent au plus ancien
column-time = Heure
column-caller = Appelant
column-what = Ce qui s’est passé
column-long = Durées
column-message = Message
column-work = Suivi
empty-first = Pas encore d’appel
empty-first-phone = L’accueil est prêt. Appelez le numéro principal d’ici :
empty-first-phone-link = décrocher le téléphone
empty-first-number = L’accueil est prêt. Appelez votre numéro principal, et l’appel apparaît ici.
step-up = La configuration est lue, le parcours est sain, la base de données est prête.
step-number = Chez l’opérateur, sur la page de votre numéro, faites demander cette adresse par POST à l’arrivée d’un appel :
step-call = Appelez votre numéro d’un téléphone quelconque. L’appel apparaît ici dès qu’il sonne ; rien n’est à recharger.
empty-filtered = Aucun appel ne répond à ces filtres.
empty-clear = Les ôter
show-all = Montrer tous les appels
empty-settled = Tout est réglé
empty-settled-detail = Personne n’attend de réponse.
empty-here = Rien ici.
keys-title = Touches
keys-next = appel suivant, précédent
keys-open = l’ouvrir
keys-done = réglé
keys-write = écrire une note, une étiquette
keys-play = écouter son message ou l’arrêter
keys-search = chercher
keys-tabs = tous, messages, manqués, en cours
keys-help = cette liste
keys-on = Les touches simples agissent
close = Fermer

## La page d’un appel
back-to-calls = ← Appels
why = Pourquoi est-ce écrit ?
fact-began = Début
fact-called = Appelé
fact-from = De
fact-pressed = Touches
fact-taken = Pris par
fact-rung = Téléphone sonné
download = Télécharger
ask-again = Redemander à l’opérateur
settled-by = Réglé par { $who }, { $when }
somebody-ought = Quelqu’un devrait rappeler ou écouter.
nothing-to-do = Rien à faire.
takes-care-of-it = { $who } s’en occupe.
tags = Étiquettes
tag-remove = Ôter l’étiquette { $tag }
tag-new = Nouvelle étiquette
tag-add = Ajouter l’étiquette
notes-title = Notes
note-new = Nouvelle note, vue des seuls collègues
note-add = Ajouter la note
who-did-what = Qui a fait quoi et quand
what-happened = Ce qui s’est passé
proof-hint = Les lignes marquées « preuve » sont la raison pour laquelle l’appel compte comme « { $status } ».
proof = preuve
carrier-sent = Ce que l’opérateur a envoyé
other-calls = Autres appels de cet appelant
all-of-them = Tous
lane-caller = Appelant
lane-phone = Un téléphone
doing-menu = entend le menu
doing-waiting = attend quelqu’un
doing-ringing = sonne
doing-screening = est prié de prendre l’appel
doing-talking = en conversation
doing-message = est à la messagerie
doing-from = { $doing } : { $length } dès +{ $from }

## Les événements d’un appel
event-started = Appel vers { $to }
event-refused-blocked = Refusé avant d’être décroché : l’appelant est bloqué
event-refused-withheld = Refusé avant d’être décroché : le numéro est masqué
event-refused-limit = Refusé avant d’être décroché : cet appelant a appelé trop souvent
event-closure = L’entreprise était fermée exceptionnellement
event-hours-open = Horaires « { $hours } » : ouvert
event-hours-closed = Horaires « { $hours } » : fermé
event-hours-holiday = Horaires « { $hours } » : fermé toute la journée
event-goodbye = Annonce « { $goodbye } » lue, appel terminé
event-menu = Menu « { $menu } » lu
event-key = A tapé { $keys } : { $choice }
event-key-none = A tapé { $keys }, qui n’a pas de sens ici
event-no-input = N’a rien tapé
event-forward = Sonnerie chez { $number }
event-forward-screened = Sonnerie chez { $number }, à accepter par une touche
event-leg = Téléphone du destinataire : { $status }
event-leg-after = Téléphone du destinataire : { $status } après { $seconds } s
event-screening-asked = Destinataire prié de prendre l’appel
event-screening-accepted = Le destinataire a pris l’appel
event-screening-declined = Le destinataire a refusé
event-screening-unanswered = Le destinataire n’a pas répondu à la question
event-dial = L’opérateur sur la tentative : { $outcome }
event-bridged = Appelant et destinataire mis en relation
event-mailbox = La messagerie « { $mailbox } » a demandé un message
event-recording = Enregistrement : { $status }
event-recording-long = Enregistrement : { $status } ({ $seconds } s)
event-voicemail = Message conservé et vérifié ({ $bytes } octets)
event-measured = Message examiné : { $speech } s de parole sur { $length } s
event-voicemail-failed = Le message n’a pu être obtenu : { $why }
event-voicemail-retried = Message redemandé
event-transcript-wanted = Le message sera transcrit ici
event-transcribed = Le message a été transcrit
event-transcribed-not = Le message n’a pas pu être transcrit
event-transcript-deleted = La transcription du message a été effacée
event-voicemail-deleted = Message supprimé ici
event-copy-unwanted = Copie de l’opérateur à supprimer
event-copy-deleted = Copie de l’opérateur supprimée
event-recovered = Retrouvé dans les relevés de l’opérateur : { $status }
event-recovered-long = Retrouvé dans les relevés de l’opérateur : { $status }, { $seconds } s
event-closed = La fin n’a pas été annoncée ; on ne l’attend plus
event-caller-left = L’appelant avait raccroché
event-ended = Fin de l’appel ({ $status })
event-ended-after = Fin de l’appel après { $seconds } s ({ $status })
word-initiated = lancé
word-ringing = sonne
word-answered = répondu
word-completed = terminé
word-busy = occupé
word-no-answer = sans réponse
word-failed = échoué
word-canceled = annulé
word-taken = pris
word-absent = absent
word-held = en suspens
word-kept = gardé
word-discarded = écarté
word-queued = en attente
word-in-progress = en cours

## Chiffres
span = Période
tile-calls = appels
tile-answered = répondus
tile-median = avant qu’on réponde, au plus pour la moitié des appelants
tile-p90 = au plus pour neuf sur dix
chart-days = Appels par jour
chart-hours = Appels selon l’heure du jour
chart-drawn = { $chart }, dessin
chart-most = { $chart }, au plus { $most } ; le tableau ci-dessous les donne tous
chart-told = { $label } : { $n }
chart-calls = { $label } : { $n ->
    [one] { $n } appel
   *[other] { $n } appels
  }
as-a-table = En tableau
by-outcome = Par issue
busiest-hours = Heures chargées
by-weekday-and-hour = Appels selon le jour et l’heure
day = Jour
who-was-rung = Qui a été sonné
number = Numéro
calls = Appels
taken = Pris
answer-rate = Taux de réponse
no-phone-rung = Aucun téléphone n’a sonné.
who-gave-up = Qui a renoncé dans quel menu
last-menu = Dernier menu entendu
gave-up = Ont renoncé
of-all = Du total
no-menu = Personne n’a entendu de menu.
percent = { $n } %
seconds = { $n } s
hour = { $hour } h

## Pannes
outages-hint = Quand frontdesk n’a pu conserver ce qui se passait, ou ne tournait pas, et ce que les relevés de l’opérateur ont rendu depuis.
from = De
to = À
what = Quoi
callers = Appelants
recovered = Retrouvé
outages-none = Aucune n’est connue.
outage-not_running = frontdesk ne tournait pas
outage-database_unavailable = le journal était absent ; ce qui se passait a été mis en file et a suivi
outage-events_lost = ce qui se passait n’a pu être conservé
outage-unreached = l’opérateur avait des appels qui ne nous sont jamais parvenus
outage-added = { $n ->
    [one] { $n } appel ajouté
   *[other] { $n } appels ajoutés
  }
outage-repaired = { $n ->
    [one] { $n } appel réparé
   *[other] { $n } appels réparés
  }
outage-messages = { $n ->
    [one] { $n } message retrouvé
   *[other] { $n } messages retrouvés
  }
outage-nothing-missing = rien ne manquait
outage-nothing-yet = rien jusqu’ici

## Audit
audit-hint = Qui a écouté, exporté, supprimé ou changé quelque chose ; les { $most } dernières lignes.
audit-when = Quand
audit-who = Qui
audit-did = A fait quoi
audit-to = À quoi
audit-signed_in = s’est connecté
audit-sign_in_refused = a été refusé
audit-signed_out = s’est déconnecté
audit-signed_out_everywhere = s’est déconnecté partout
audit-played = a écouté
audit-exported = a exporté
audit-retried = a redemandé un message
audit-reconciled = a comparé le journal aux relevés de l’opérateur
audit-purged = a supprimé ce qui était trop vieux
audit-erased = a effacé un numéro
audit-backed_up = a tout copié vers
audit-restored = a remis la copie
audit-closed = a fermé l’entreprise
audit-opened = a rouvert l’entreprise
audit-caller_blocked = a bloqué un appelant
audit-caller_unblocked = a débloqué un appelant
audit-second_factor_on = a mis en place un second facteur
audit-second_factor_off = a retiré un second facteur
audit-user_added = a ajouté une personne
audit-user_removed = a ôté une personne
audit-password_set = a fixé un mot de passe
audit-role_set = a donné un autre rôle
audit-session_ended = a mis fin à une session
audit-token_created = a créé un jeton
audit-token_revoked = a révoqué un jeton

## Réglages
you = Vous : { $who }
language = Langue
language-browser = celle du navigateur
language-save = Utiliser cette langue
password-change = Changer votre mot de passe
password-old = Mot de passe actuel
password-new = Nouveau mot de passe, de 8 à 128 caractères
password-save = Le changer
second = Second facteur
second-hint = En plus du mot de passe, la connexion demande alors un code d’une application de votre téléphone.
second-begin = Mettre en place
second-read = Faites lire ceci à votre application, ou saisissez-le, et entrez le code qu’elle affiche.
second-open = Ouvrir dans une application de cet appareil
second-confirm = Activer
second-on = La connexion demande un code de votre application.
second-end = Désactiver
password-hint = Vos autres navigateurs sont déconnectés.
sessions = Navigateurs connectés
sessions-hint = Où l’on est connecté ; une session finie ne permet plus aucun geste ; une liste restée ouverte ne reçoit plus rien après cinq minutes au plus.
session-here = ce navigateur
session-since = Depuis
session-seen = Dernier usage
session-end = Mettre fin
session-end-of = Mettre fin à la session de { $who } depuis { $when }
people = Personnes
person-name = Nom
person-role = Rôle
person-role-of = Rôle : { $who }
role-reader = lecteur
role-admin = administrateur
role-reader-long = lecteur : lit les appels, écoute les messages, les traite
role-admin-long = administrateur : tout cela, et gère
role-save = Donner ce rôle
role-save-of = Donner ce rôle : { $who }
person-add = Ajouter une personne
person-remove = Ôter
person-remove-of = Ôter { $who }
person-password = Fixer le mot de passe
person-password-of = Nouveau mot de passe de { $who }
tokens = Jetons pour programmes
token-name = À quoi il sert
token-scopes = Peut
token-used = Dernier usage
token-never = jamais
token-make = Créer un jeton
token-revoke = Révoquer
token-revoke-of = Révoquer le jeton { $name }
token-made = Le nouveau jeton { $name }. Il n’est montré que cette fois :
scope-calls = lire appels et chiffres
scope-audio = écouter les messages
scope-metrics = lire les mesures du service
health = État de santé
health-at = Examiné { $when }, par frontdesk doctor.
health-none = Pas encore examiné. Qui fait tourner le standard le fait dans un terminal, avec
health-check = Contrôle
health-verdict = État
health-found = Constat, et que faire
verdict-fine = Bien
verdict-untried = Pas essayé
verdict-warning = Avertissement
verdict-fault = Défaut
rules = Règles de la configuration
rules-hint = Elles sont dans le fichier de configuration ; une page qui changerait où vont les appels vaudrait la peine d’être piratée.
rule-calls = Les appels sont gardés
rule-audio = Les messages sont gardés
rule-raw = Les mots de l’opérateur sont gardés
rule-days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
  }
rule-hours = { $n ->
    [one] { $n } heure
   *[other] { $n } heures
  }
rule-for-ever = pour toujours
rule-resolve = Un appel répondu ensuite règle les appels manqués d’avant
yes = oui
no = non
settled-name-taken = Ce nom est déjà pris.
settled-nobody = Personne ni rien ne porte ce nom.
settled-bad-name = Un nom a de 1 à 64 caractères.
settled-bad-password = Un mot de passe a de 8 à 128 caractères.
settled-wrong-password = Le mot de passe actuel est inexact.
settled-last-admin = Il doit rester au moins un administrateur.
settled-no-scope = Un jeton doit servir à quelque chose ; choisissez au moins un droit.
settled-too-many-views = Vous avez déjà { $most } vues ; oubliez-en une d’abord.

## Le téléphone de démonstration
phone-hint = Appelez le numéro principal depuis cette page. L’opérateur est simulé ; tout le reste est réel.
phone-noscript = Cette page a besoin de JavaScript ; dans un terminal, ceci fait de même :
phone-you-call = Vous appelez
phone-caller = L’appelant
phone-from = Appeler depuis
phone-dial = Appeler
phone-hang-up = Raccrocher
phone-keypad = Clavier
phone-your-message = Votre message
phone-record = Enregistrer au micro
phone-file = ou un fichier WAV
phone-tone = ou envoyer une parole inventée
phone-aloud = Dire les annonces à voix haute
phone-callee = Le destinataire
phone-rung = Le téléphone qui sonne
phone-silent = Silencieux
phone-answer = Répondre
phone-decline = Refuser
phone-take = 1 · le prendre
phone-refuse = 2 · refuser
phone-heard = Ce qu’on entend
phone-line = Sur la ligne
phone-feed = Le fil, en direct

## Le parcours
nav-flow = Parcours
closure = Fermeture exceptionnelle
closure-is = Fermé
closure-until = jusqu’à { $when }, par { $who }
closure-open = Rouvrir
closure-hint = Quels que soient les horaires, les appelants apprennent que personne n’est là et peuvent laisser un message.
closure-when = Fermé jusqu’à
closure-when-hint = Une heure comme 14:00, une durée comme 2h, ou une date et une heure comme 2026-12-24T14:00 ({ $zone }).
closure-say = Ce que les appelants entendent d’abord (facultatif)
closure-close = Fermer
closure-bad-time = Ce n’est pas une heure. Écrivez 14:00, 2h ou 2026-12-24T14:00.
closure-over = Cette heure est passée.
closure-too-long = Ce que les appelants entendent compte au plus { $most } caractères.
block-own-number = C’est un de vos propres numéros.
flow-hours = Horaires d’ouverture
flow-until = jusqu’à { $when }
flow-always-open = Le parcours n’a pas d’horaires : il est toujours ouvert.
flow-proof = Preuve
flow-proven = Prouvé : { $ways } chemins, tous mènent à une personne, à un message ou à une annonce ; le plus long dure { $seconds } s.
flow-edition = Édition { $edition }
flow-drawing = Le parcours et les appels des dernières 24 heures
flow-counted = { $n ->
    [one] { $n } appel compté
   *[other] { $n } appels comptés
  }, 500 au plus.
flow-place = Lieu
flow-by = Par
flow-leads = Mène à
flow-phones = Comment les téléphones ont répondu ces 30 derniers jours
place-menu = Menu
place-forward = Renvoi
place-mailbox = Messagerie
place-hours = Horaires
place-goodbye = Annonce
opening-open = ouvert
opening-closed = fermé
opening-holiday = fermé toute la journée
by-no-input = { $n ->
    [one] rien tapé, une fois
   *[other] rien tapé, { $n } fois
  }
by-no-match = { $n ->
    [one] autre touche, une fois
   *[other] autre touche, { $n } fois
  }
by-nobody = personne ne répond
then-back = retour
then-repeat = encore
callee-rung = Sonné
callee-declined = Refusé
callee-unanswered = Sans réponse
callee-not-accepted = Décroché, pas accepté
callee-advice = Son propre répondeur a sans doute pris { $swallowed } appels sur { $rung } ; laissez-le sonner { $better } s au lieu de { $now }.
blocked-callers = Appelants bloqués
blocked-by = Bloqué par
blocked-nobody = Personne n’est bloqué. Un appelant se bloque sur la page d’un de ses appels.
block-caller = Bloquer cet appelant
caller-is-blocked = Bloqué
unblock = Laisser rappeler
unblock-number = Laisser rappeler le { $number }

## Ce que disent les scripts ; %n% est ce qu’ils y mettent
js-live = En direct
js-not-live = Pas en direct
js-reconnecting = Reconnexion
js-paused = En pause
js-pause = Pause
js-go-on = Reprendre
js-new-one = %n% nouvel appel – montrer
js-new-other = %n% nouveaux appels – montrer
js-changes = %n% changements, le dernier : %last%
js-older = Appels plus anciens
js-play = Écouter : %name%
js-pause-it = Arrêter : %name%
js-position = Position dans : %name%
js-position-of = %at% sur %whole%
js-back = Reculer de 5 secondes
js-on = Avancer de 5 secondes
js-speed = Vitesse %n%
js-placed = %from% appelle %to%
js-heard = Entendu : « %text% »
js-callee-heard = Le destinataire entend : « %text% »
js-pressed = L’appelant tape %keys%
js-callee-pressed = Le destinataire tape %keys%
js-silent = L’appelant ne tape rien
js-callee-silent = Le destinataire ne tape rien
js-rings = %number% sonne
js-is-ringing = %number% sonne
js-talking = En conversation
js-bridged = Appelant et destinataire s’entendent
js-at-rest = Silencieux
js-talked = Ils ont parlé %n% s
js-tone = Bip : laissez un message, il est alors envoyé et vous raccrochez
js-recorded = Un message de %n% s est enregistré
js-not-recorded = Aucun message n’a été laissé
js-over = L’appel est fini après %n% s
js-ring-ended = %number% : %status%
js-word-answered = répondu
js-word-busy = occupé
js-word-no-answer = sans réponse
js-word-failed = échoué
js-word-canceled = annulé
js-word-declined = refusé
js-record = Enregistrer au micro
js-stop = Arrêter et envoyer
js-no-microphone = Le micro ne peut être utilisé : %why%
