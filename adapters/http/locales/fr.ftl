# Ce que les gens lisent, en français.

## Autour de chaque page
skip = Aller au contenu
nav-main = Principal
nav-calls = Appels
nav-contacts = Contacts
nav-numbers = Statistiques
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
page-confirm = Confirmer
menu = Menu
account-of = Compte : { $who }
undo = Annuler
cancel = Annuler
closed-banner = Fermeture temporaire jusqu’au { $when }. Les appelants entendent le message de fermeture.
notice-unavailable = La base de données n’est pas disponible. Les appels sont toujours pris ; { $waiting ->
    [one] { $waiting } événement est conservé et apparaîtra ici.
   *[other] { $waiting } événements sont conservés et apparaîtront ici.
  }
notice-behind = Le journal des appels rattrape son retard : { $waiting ->
    [one] { $waiting } événement attend et apparaîtra ici.
   *[other] { $waiting } événements attendent et apparaîtront ici.
  }
notice-losing = Les appels sont pris, mais les événements ne peuvent pas être enregistrés : ni la base de données ni la file d’attente ne sont accessibles en écriture.
notice-held-back = Des données expirées de { $calls } appels ne sont pas encore supprimées : au plus un cinquième est supprimé par jour, et seulement si des appels récents confirment l’horloge du serveur.

## Connexion
sign-in = Connexion
sign-in-name = Nom
sign-in-password = Mot de passe
sign-in-wrong = Nom ou mot de passe incorrect.
sign-in-code = Code
sign-in-code-needed = Saisissez à nouveau votre mot de passe, avec le code de votre application d’authentification.
sign-in-code-wrong = Ce code est incorrect ou a déjà servi.
sign-in-provider = Se connecter avec { $name }
sign-in-no-access = Vous n’avez pas encore accès. Demandez à un administrateur de vous ajouter.
sign-in-unavailable = Le service de connexion ne répond pas. Réessayez dans un instant ou utilisez votre mot de passe.
sign-in-failed = La connexion a échoué. Réessayez.
sign-in-link-used = Ce lien a déjà servi. Connectez-vous avec votre nom et votre mot de passe.
setup-title = Créer le premier utilisateur
setup-detail = Cet utilisateur est administrateur et peut ajouter tous les autres dans les réglages.
setup-do = Créer et se connecter
setup-used = Ce lien n’est plus valable : le premier utilisateur existe. Connectez-vous.
sign-in-go-on = Continuer
sign-in-throttled = Trop de tentatives. Réessayez dans { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  }.

## Erreurs
error-400 = Lien incorrect
error-400-detail = Une partie de cette adresse est incompréhensible.
error-400-parameter = Une partie de cette adresse est incompréhensible : { $parameter }.
error-401 = Déconnecté
error-401-detail = Votre session a pris fin. Reconnectez-vous ; votre dernière modification n’a pas été enregistrée.
error-405 = Pas de page ici
error-405-detail = Cette adresse n’accepte qu’un formulaire. Revenez à la page du formulaire.
error-408 = Délai dépassé
error-408-detail = La requête n’est pas arrivée à temps. Réessayez.
error-403 = Interdit
error-403-detail = Votre rôle ne le permet pas, ou la page est restée ouverte trop longtemps. Rechargez la page et réessayez.
error-404 = Introuvable
error-404-detail = Il n’y a pas de page à cette adresse.
error-409 = Déjà modifié
error-409-detail = Quelqu’un d’autre vient de le modifier. Rechargez la page pour voir l’état actuel.
error-413 = Trop grand
error-413-detail = Le contenu dépasse la taille acceptée par ce formulaire.
error-422 = Refusé
error-422-detail = Le formulaire contient une valeur qui ne peut pas être acceptée.
error-429 = Trop de requêtes
error-429-detail = Attendez un moment et réessayez.
error-500 = Une erreur est survenue
error-500-detail = L’erreur vient de frontdesk. Le journal du serveur en donne le détail.
error-503 = Le journal des appels n’est pas disponible
error-503-detail = Réessayez dans un instant.
offline = Pas de connexion
offline-detail = Le serveur est injoignable. Si seule votre connexion est coupée, les appelants ne sont pas touchés. Rechargez quand elle est rétablie.

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
status-ringing = Sonnerie
status-in-menu = Au menu
status-connecting = Sonnerie
status-talking = En conversation
status-leaving-message = Laisse un message
status-in-progress = En cours
outcome-answered = Répondu
outcome-voicemail = Message vocal
outcome-missed = Manqué
outcome-abandoned = Abandonné
outcome-rejected = Refusé
outcome-failed = Échoué
outcome-none = En cours
reason-accepted = le destinataire a pris l’appel
reason-bridged = mis en relation
reason-carrier_record = connu uniquement par les relevés de l’opérateur
reason-chosen = l’appelant voulait laisser un message
reason-after_no_answer = personne n’a répondu
reason-after_not_accepted = un répondeur, ou personne n’a accepté
reason-after_busy = la ligne était occupée
reason-after_decline = le destinataire a refusé
reason-after_failure = le renvoi a échoué
reason-out_of_hours = hors des heures d’ouverture
reason-no_input = l’appelant n’a appuyé sur aucune touche
reason-no_input-voicemail = l’appelant n’a appuyé sur aucune touche et a laissé un message
reason-no_match = l’appelant a appuyé sur des touches absentes du menu
reason-no_match-voicemail = l’appelant a appuyé sur des touches absentes du menu et a laissé un message
reason-no_answer = personne n’a répondu, pas de message
reason-busy = la ligne était occupée, pas de message
reason-declined = le destinataire a refusé, pas de message
reason-not_accepted = décroché mais pas accepté, pas de message
reason-unreachable = le numéro était injoignable, pas de message
reason-caller_gave_up = l’appelant a raccroché pendant la sonnerie
reason-early = raccroché avant le message d’accueil
reason-in_menu = raccroché dans le menu
reason-empty_message = raccroché sans laisser de message
reason-goodbye = a entendu l’annonce
reason-blocked = l’appelant est bloqué
reason-withheld = les numéros masqués sont refusés
reason-limit = une limite d’appels était atteinte
reason-carrier = l’opérateur n’a pas pu acheminer l’appel
reason-unknown = issue inconnue
caller-unknown = Appelant inconnu
caller-withheld = Numéro masqué
simulated = simulé
unknown-time = inconnue
took-it = a répondu
key-pressed = Touche :
for-talk = parlé
for-rang = sonnerie
for-menu = menu
for-all = total

## Un message
speech = { $speech } s de parole sur { $length } s
speech-none = aucune parole en { $length } s
message-from = Message de { $who }
message-played = écouté par { $who }
message-filed = aucune parole
message-new = nouveau
message-another = Message vocal { $number } de cet appel
message-others = { $n ->
    [one] { $n } autre message
   *[other] { $n } autres messages
  }
message-pending = Message en cours de récupération
message-lost = L’enregistrement n’a pas pu être récupéré
message-deleted = Message supprimé
message-none = Pas de transcription

## Ce que l’on a fait
later-call = un appel ultérieur
that-call = cet appel
assigned-to = Attribué à { $who }
notes = { $n ->
    [one] { $n } note
   *[other] { $n } notes
  }
do-handle = Marquer traité
do-reopen = Rouvrir
do-claim = M’attribuer
do-release = Retirer l’attribution
do-played = Marquer comme écouté
do-call-back = Rappeler
do-call-back-to = Rappeler { $who }
do-name = Ajouter { $who } aux contacts
select-call = Sélectionner l’appel de { $who }
select-all = Sélectionner tous les appels de cette page
refused-stale = Quelqu’un d’autre vient de modifier cet appel. Vérifiez-le.
refused-no-such-user = Cet utilisateur n’existe pas.
refused-note-empty = Saisissez une note.
refused-note-long = Une note ne peut pas dépasser { $most } caractères.
refused-notes-many = Un appel ne peut pas avoir plus de { $most } notes.
refused-tag-empty = Saisissez une étiquette.
refused-tag-long = Une étiquette ne peut pas dépasser { $most } caractères.
refused-tags-many = Un appel ne peut pas avoir plus de { $most } étiquettes.

## Le fil
tab-attention = À traiter
tab-all = Tous
tab-voicemail = Messages
tab-missed = Manqués
tab-live = En cours
tab-done = Traités
tabs = Vues du journal des appels
range-today = Aujourd’hui
range-yesterday = Hier
range-week = Cette semaine
range-7d = 7 derniers jours
range-30d = 30 derniers jours
range-365d = 12 derniers mois
range-any = Toutes les dates
live-off = Mises à jour en direct désactivées
pause = Pause
notify-me = Notifications sur cet appareil : appels manqués, messages, appels qui vous sont confiés
next-to-handle = Suivant à traiter
search = Rechercher
search-all = Rechercher dans tous les appels
filters = Filtres
assignee = Attribué à
anyone = Tout le monde
column-select = Sélection
column-by = Répondu par
bulk-hint = Appels sélectionnés
bulk-done = Marquer comme traités
bulk-assign = Attribuer
bulk-assignee = Attribuer à
found-in-all = { $n ->
    [one] { $text } résultat dans Tous
   *[other] { $text } résultats dans Tous
  }
search-hint = Numéro, nom, ville ou note
when = Quand
outcome = Issue
all = Toutes
back-from = Jusqu’au
more-filters = Plus de filtres
reason = Raison
filter-from = Numéro de l’appelant
filter-destination = Renvoyé vers
filter-mailbox = Messagerie
filter-tag = Étiquette
filter-since = Du
filter-through = Au
show = Afficher
clear-filters = Effacer les filtres
found = { $n ->
    [one] { $text } appel
   *[other] { $text } appels
  }
times-of = Fuseau : { $zone }
export = Exporter
export-csv = CSV
export-jsonl = JSON Lines
export-zip = Messages (ZIP)
views = Vues enregistrées
view-name = Nom de cette vue
view-save = Enregistrer cette vue
view-remove = Supprimer la vue { $name }
older-calls = Appels plus anciens
calls-caption = Appels, du plus récent au plus ancien
column-time = Heure
column-caller = Appelant
column-what = Ce qui s’est passé
column-long = Durée
column-message = Message
column-work = Suivi
empty-first = Pas encore d’appel
empty-first-phone = frontdesk est en service. Appelez le numéro principal d’ici :
empty-first-phone-link = Ouvrir le téléphone
empty-first-number = frontdesk est en service. Appelez votre numéro principal, et l’appel apparaît ici.
step-up = La configuration est valide, le parcours d’appel est vérifié et la base de données est prête.
step-public-url = L’opérateur joint ce serveur à son adresse publique.
step-number = Lancez « frontdesk connect --number » avec votre numéro, ou indiquez ce webhook chez l’opérateur sous « A call comes in » (HTTP POST) :
step-call = Appelez votre numéro depuis n’importe quel téléphone. L’appel apparaît ici pendant qu’il sonne, sans recharger la page.
empty-filtered = Aucun appel ne correspond à ces filtres.
empty-clear = Effacer les filtres
show-all = Afficher tous les appels
empty-done = Tout est traité
empty-done-detail = Personne n’attend d’être rappelé.
empty-here = Aucun appel ici.
keys-title = Raccourcis clavier
keys-next = Appel suivant, précédent
keys-open = Ouvrir l’appel
keys-done = Marquer traité
keys-write = Ajouter une note, une étiquette
keys-play = Écouter le message ou l’arrêter
keys-select = Sélectionner l’appel
keys-back = Fermer l’appel
keys-search = Rechercher
keys-tabs = Tous, à traiter, messages, manqués, en cours
keys-help = Afficher cette liste
keys-on = Activer les raccourcis clavier
close = Fermer

## Ce qui vient d’être fait
said-handle = { $n ->
    [one] Appel marqué comme traité.
   *[other] { $n } appels marqués comme traités.
  }
said-reopen = { $n ->
    [one] Appel rouvert.
   *[other] { $n } appels rouverts.
  }
said-assign = { $n ->
    [one] Appel confié à { $name }.
   *[other] { $n } appels confiés à { $name }.
  }
said-release = { $n ->
    [one] L’appel n’est plus suivi.
   *[other] { $n } appels ne sont plus suivis.
  }
said-note = Note ajoutée.
said-tag = Étiquette « { $name } » ajoutée.
said-untag = Étiquette « { $name } » supprimée.
said-played = Marqué comme écouté.
said-none-selected = Aucun appel n’était sélectionné.
said-partly = Modifiés : { $n }. Non modifiés, car quelqu’un d’autre les a modifiés avant : { $name }.
said-none-changed = Rien n’a changé : quelqu’un d’autre a modifié ces appels avant vous. Vérifiez-les.
said-view-saved = Vue « { $name } » enregistrée.
said-view-removed = Vue « { $name } » supprimée.
said-contact = Contact « { $name } » enregistré.
said-contact-removed = Contact « { $name } » supprimé.
said-imported = { $n ->
    [one] { $n } contact importé.
   *[other] { $n } contacts importés.
  }
said-imported-partly = { $n ->
    [one] { $n } contact importé.
   *[other] { $n } contacts importés.
  } Les entrées sans numéro ou nom utilisable ont été ignorées : { $name }.
said-language = Langue enregistrée.
said-start = Onglet de départ enregistré.
said-password = Mot de passe changé. Vous êtes déconnecté partout ailleurs.
said-second-on = La connexion à deux facteurs est activée.
said-second-off = La connexion à deux facteurs est désactivée.
said-session-ended = Session fermée.
said-person-added = Utilisateur « { $name } » ajouté.
said-person-removed = Utilisateur « { $name } » supprimé.
said-role = Rôle de « { $name } » modifié.
said-person-password = Mot de passe de « { $name } » défini. Ses sessions sont fermées.
said-token-revoked = Jeton « { $name } » révoqué.
said-closed = Fermé jusqu’au { $name }.
said-opened = Ouvert à nouveau.
said-blocked = Appelant bloqué.
said-unblocked = Appelant débloqué.
said-retried = L’enregistrement est récupéré à nouveau.

## Avant ce qui ne peut pas être annulé
ask-remove-person = Supprimer l’utilisateur « { $name } » ?
ask-remove-person-detail = Ses sessions se ferment aussitôt. Ses notes et ses actions restent dans le journal.
ask-remove-person-do = Supprimer l’utilisateur
ask-revoke-token = Révoquer le jeton « { $name } » ?
ask-revoke-token-detail = Les programmes qui l’utilisent cessent aussitôt de fonctionner. Il ne peut pas être rétabli.
ask-revoke-token-do = Révoquer le jeton
ask-close = Fermer l’entreprise jusqu’au { $name } ?
ask-close-detail = Les appelants entendent dès maintenant que l’entreprise est fermée, et peuvent laisser un message.
ask-close-do = Fermer

## Contacts
contacts-hint = Les noms donnés ici s’affichent à la place des numéros, et sont annoncés à la personne appelée.
contacts-search = Nom, entreprise ou note
contacts-none = Pas encore de contact. Ajoutez-en un ici, ou depuis n’importe quel appel.
contacts-not-found = Aucun contact ne correspond.
contacts-more = { $n } de plus. Recherchez pour les trouver.
contacts-import = Importer
contacts-import-hint = CSV ou vCard, comme les carnets d’adresses les exportent. Les contacts de même numéro sont remplacés.
contacts-file = Fichier
contacts-text = Ou collez son contenu
contacts-none-in-file = Le fichier ne contient aucun contact avec un numéro utilisable et un nom.
contacts-no-number-column = La première ligne doit nommer une colonne de numéros, par exemple « numéro » ou « téléphone ».
contacts-broken-file = Le fichier n’est pas un CSV lisible : { $why }
contacts-too-many = Il peut y avoir au plus { $most } contacts. Supprimez-en d’abord.
contact-new = Nouveau contact
contact-edit = Modifier le contact
contact-name = Nom
contact-company = Entreprise
contact-note = Remarque
contact-save = Enregistrer le contact
contact-remove = Supprimer le contact
contact-change = Modifier
contact-change-of = Modifier { $name }
contact-bad-number = Ce n’est pas un numéro de téléphone. Écrivez-le avec l’indicatif du pays, par exemple +33 1 23 45 67 89.
contact-no-name = Saisissez un nom ou une entreprise.
contact-too-long = Un texte est trop long : { $most } caractères au plus.

## La page d’un appel
back-to-calls = ← Appels
older-call = Appel précédent
evidence = { $status } : { $what }, { $time }.
evidence-accepted = { $who } a appuyé sur 1
why = Pourquoi ce statut ?
fact-began = Début
fact-called = Appelé
fact-carrier = Opérateur
carrier-sip = ligne SIP
carrier = Opérateur
all-carriers = Tous
fact-from = De
fact-pressed = Touches
fact-taken = Répondu par
fact-rung = Poste appelé
fact-hung-up = Terminé par
hung-up-caller = l’appelant
hung-up-callee = la personne qui a répondu
hung-up-flow = frontdesk
hung-up-line = personne ; la connexion a été perdue
download = Télécharger
ask-again = Réessayer le téléchargement
done-by = Traité par { $who }, { $when }
needs-call-back = À rappeler.
nothing-to-do = Aucun suivi nécessaire.
link-as = Ceci marque l’appel comme traité au nom de { $who }.
link-done = L’appel est marqué comme traité.
link-open = Ouvrir l’appel
link-used = Ce lien n’est plus valable
link-used-detail = Il a déjà servi, date de plus de 30 jours, ou son appel a été supprimé.
assigned-to-long = Attribué à { $who }.
tags = Étiquettes
tag-remove = Supprimer l’étiquette { $tag }
tag-new = Nouvelle étiquette
tag-add = Ajouter l’étiquette
notes-title = Notes
note-new = Nouvelle note, visible des seuls collègues
note-add = Ajouter la note
work-timeline = Chronologie
what-happened = Ce qui s’est passé
proof-hint = Les étapes mises en évidence expliquent pourquoi l’appel compte comme « { $status } ».
proof = raison
carrier-sent = Données envoyées par l’opérateur
carrier-exchange = La requête de l’opérateur et notre réponse
our-response = Notre réponse
other-calls = Autres appels de cet appelant
all-of-them = Tout afficher
lane-caller = Appelant
lane-phone = Téléphone
doing-menu = au menu
doing-waiting = en attente
doing-ringing = sonnerie
doing-screening = invité à accepter l’appel
doing-talking = en conversation
doing-message = à la messagerie
doing-from = { $doing } : { $length } à +{ $from }

## Les événements d’un appel
event-started = Appel vers { $to }
event-refused-blocked = Refusé avant d’être décroché : l’appelant est bloqué
event-refused-withheld = Refusé avant d’être décroché : le numéro est masqué
event-refused-limit = Refusé avant d’être décroché : trop d’appels de cet appelant
event-closure = Fermeture exceptionnelle
event-hours-open = Horaires « { $hours } » : ouvert
event-hours-closed = Horaires « { $hours } » : fermé
event-hours-holiday = Horaires « { $hours } » : fermé toute la journée
event-goodbye = Annonce « { $goodbye } » lue, appel terminé
event-menu = Menu « { $menu } » lu
event-key = A tapé { $keys } : { $choice }
event-key-none = A tapé { $keys }, qui n’est pas une option ici
event-no-input = Aucune touche
event-forward = Appel du { $number }
event-forward-screened = Appel du { $number }, à accepter par une touche
event-leg = Téléphone du destinataire : { $status }
event-leg-after = Téléphone du destinataire : { $status } après { $seconds } s
event-screening-asked = Destinataire invité à accepter l’appel
event-screening-accepted = Le destinataire a accepté l’appel
event-screening-declined = Le destinataire a refusé
event-screening-unanswered = Le destinataire n’a pas répondu
event-dial = Résultat du renvoi : { $outcome }
event-bridged = Appelant et destinataire mis en relation
event-mailbox = La messagerie « { $mailbox } » a demandé un message
event-recording = Enregistrement : { $status }
event-recording-long = Enregistrement : { $status } ({ $seconds } s)
event-voicemail = Message enregistré et vérifié ({ $bytes } octets)
event-measured = Message analysé : { $speech } s de parole sur { $length } s
event-voicemail-failed = L’enregistrement n’a pas pu être récupéré : { $why }
event-voicemail-retried = Nouvelle tentative de téléchargement du message
event-transcript-wanted = Transcription demandée
event-transcribed = Message transcrit
event-transcribed-not = Le message n’a pas pu être transcrit
event-transcript-deleted = Transcription supprimée
event-voicemail-deleted = Message supprimé ici
event-copy-unwanted = Suppression de la copie de l’opérateur demandée
event-copy-deleted = Copie de l’opérateur supprimée
event-recovered = Retrouvé dans les relevés de l’opérateur : { $status }
event-recovered-long = Retrouvé dans les relevés de l’opérateur : { $status }, { $seconds } s
event-closed = Clos sans avis de fin de l’opérateur
event-caller-left = L’appelant avait déjà raccroché
event-unknown = Un événement d’une version plus récente de frontdesk
event-ended = Fin de l’appel ({ $status })
event-ended-after = Fin de l’appel après { $seconds } s ({ $status })
word-initiated = lancé
word-ringing = sonne
word-answered = répondu
word-completed = terminé
word-busy = occupé
word-declined = refusé
word-no-answer = sans réponse
word-failed = échoué
word-canceled = annulé
word-taken = enregistré
word-absent = aucun
word-held = en attente de confirmation
word-kept = enregistré
word-discarded = écarté
word-queued = en attente
word-in-progress = en cours

## Chiffres
span = Période
tile-calls = appels
tile-answered = répondus
tile-median = Délai médian de réponse
tile-p90 = 90 % des appels répondus en
tile-before = Période précédente : { $value }
by-carrier = Appels par opérateur
by-user = Suivi par utilisateur
marked-done = Traités
still-assigned = Attribués actuellement
nobody-worked = Aucun appel de cette période n’a été traité ou confié.
chart-days = Appels par jour
chart-hours = Appels par heure du jour
chart-drawn = { $chart }, graphique
chart-most = { $chart }, au plus { $most } ; le tableau ci-dessous les donne tous
count = { $n }
chart-value = { $label } : { $n }
chart-calls = { $label } : { $n ->
    [one] { $n } appel
   *[other] { $n } appels
  }
as-a-table = Afficher en tableau
by-outcome = Par issue
busiest-hours = Heures les plus chargées
by-weekday-and-hour = Appels selon le jour et l’heure
day = Jour
phones-called = Postes appelés
number = Numéro
calls = Appels
taken = Répondus
answer-rate = Taux de réponse
no-phone-rung = Aucun poste n’a été appelé.
hang-ups-by-menu = Abandons par menu
last-menu = Dernier menu
gave-up = Abandons
of-all = Part
no-menu = Aucun appelant n’a atteint de menu.
percent = { $n } %
seconds = { $n } s
hour = { $hour } h

## Pannes
outages-hint = Périodes où des appels ont pu être manqués, et ce qui a été retrouvé.
from = De
to = À
what = Cause
callers = Appelants
recovered = Retrouvé
notifications-failed = Notifications en échec
notifications-failed-hint = Elles ne sont plus renvoyées automatiquement. Lancez « frontdesk notify replay » pour les renvoyer.
notifications-failed-why = Raison
outages-none = Aucune panne enregistrée.
outage-not_running = frontdesk ne tournait pas
outage-database_unavailable = Base de données indisponible ; les appels ont été conservés puis enregistrés
outage-events_lost = Ni la base de données ni la file d’attente n’étaient accessibles ; des événements sont perdus
outage-spool_damaged = Des événements en file d’attente ont été endommagés ou supprimés sur le disque avant d’être enregistrés
outage-unreached = L’opérateur a reçu des appels qui ne sont jamais parvenus à frontdesk
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
outage-nothing-yet = rien pour l’instant

## Audit
audit-hint = Qui a écouté, exporté, supprimé ou modifié quelque chose.
audit-any = toutes les actions
audit-filter = Filtrer
audit-none = Aucune entrée.
audit-newest = Les plus récentes
audit-older = Plus anciennes
audit-when = Quand
audit-who = Qui
audit-did = Action
audit-to = Détails
audit-signed_in = s’est connecté
audit-sign_in_refused = échec de connexion
audit-signed_out = s’est déconnecté
audit-signed_out_everywhere = s’est déconnecté partout
audit-played = a écouté un message
audit-exported = a exporté
audit-retried = a relancé le téléchargement d’un message
audit-reconciled = a comparé le journal aux relevés de l’opérateur
audit-purged = a supprimé les données expirées
audit-erased = a effacé un numéro
audit-backed_up = a fait une sauvegarde
audit-restored = a restauré une sauvegarde
audit-closed = a fermé l’entreprise
audit-opened = a rouvert l’entreprise
audit-caller_blocked = a bloqué un appelant
audit-caller_unblocked = a débloqué un appelant
audit-contacts_saved = a ajouté ou modifié des contacts
audit-contact_removed = a supprimé un contact
audit-second_factor_on = a activé la connexion en deux étapes
audit-second_factor_off = a désactivé la connexion en deux étapes
audit-user_added = a ajouté un utilisateur
audit-user_removed = a supprimé un utilisateur
audit-password_set = a défini un mot de passe
audit-role_set = a changé un rôle
audit-session_ended = a mis fin à une session
audit-token_created = a créé un jeton
audit-token_revoked = a révoqué un jeton

## Réglages
you = Votre compte : { $who }
language = Langue
language-browser = Celle du navigateur
language-save = Enregistrer la langue
start-tab = La page des appels commence par
start-save = Enregistrer l’onglet
password-change = Changer votre mot de passe
password-old = Mot de passe actuel
password-new = Nouveau mot de passe, de 8 à 128 caractères
password-save = Changer le mot de passe
second = Connexion en deux étapes
second-hint = Vous saisirez aussi un code d’une application d’authentification à la connexion.
second-begin = Configurer
second-read = Scannez ce code avec votre application d’authentification, ou saisissez-le. Entrez ensuite le code qu’elle affiche.
second-open = Ouvrir dans une application de cet appareil
second-confirm = Activer
second-on = La connexion demande un code de votre application d’authentification.
second-end = Désactiver
password-hint = Vous serez déconnecté partout ailleurs.
sessions = Navigateurs connectés
sessions-hint = Où l’on est connecté. Une session fermée ne peut plus rien faire ; une page restée ouverte cesse de se mettre à jour sous cinq minutes.
session-here = ce navigateur
session-browser = Navigateur et adresse
session-since = Depuis
session-seen = Dernier usage
session-end = Fermer
session-end-of = Fermer la session de { $who } ouverte { $when }
people = Utilisateurs
person-name = Nom
person-role = Rôle
person-role-of = Rôle : { $who }
role-reader = Équipe
role-admin = Admin
role-reader-long = Équipe : lire les appels, écouter les messages, assurer le suivi, nommer les contacts, bloquer des appelants
role-admin-long = Admin : tout ce que fait l’équipe, plus la fermeture de l’entreprise, les utilisateurs, les jetons et les réglages
role-save = Enregistrer
role-save-of = Enregistrer le rôle : { $who }
person-add = Ajouter un utilisateur
person-remove = Supprimer
person-remove-of = Supprimer { $who }
person-password = Définir le mot de passe
person-password-of = Nouveau mot de passe de { $who }
tokens = Jetons d’API
token-name = Usage
token-scopes = Droits
token-used = Dernier usage
token-never = jamais
token-make = Créer un jeton
token-revoke = Révoquer
token-revoke-of = Révoquer le jeton { $name }
token-made = Nouveau jeton { $name }. Copiez-le maintenant ; il ne sera plus affiché :
scope-calls = lire appels et statistiques
scope-audio = écouter les messages
scope-work = lire, traiter, attribuer, annoter et étiqueter les appels
scope-metrics = lire les métriques
health = Vérification du système
health-at = Vérifié { $when } par frontdesk doctor.
health-none = Pas encore vérifié. Lancez cette commande sur le serveur :
health-check = Contrôle
health-verdict = État
health-found = Résultat et solution
verdict-fine = OK
verdict-untried = Non vérifié
verdict-warning = Avertissement
verdict-fault = Problème
rules = Règles de la configuration
rules-hint = Par sécurité, elles ne se modifient que dans le fichier de configuration.
rule-calls = Les appels sont gardés
rule-audio = Les messages sont gardés
rule-raw = Les données brutes de l’opérateur sont gardées
rule-days = { $n ->
    [one] { $n } jour
   *[other] { $n } jours
  }
rule-hours = { $n ->
    [one] { $n } heure
   *[other] { $n } heures
  }
rule-for-ever = sans limite
rule-resolve = Un appel répondu ensuite marque comme traités les appels manqués précédents
yes = oui
no = non
account-name-taken = Ce nom est déjà pris.
account-nobody = Aucun utilisateur ni jeton de ce nom.
account-bad-name = Un nom doit avoir de 1 à 64 caractères.
account-bad-password = Un mot de passe doit avoir de 8 à 128 caractères.
account-guessable-password = Ce mot de passe est facile à deviner. Utilisez plusieurs mots ou un gestionnaire de mots de passe.
account-own-password = Changez votre propre mot de passe sous « Mot de passe », avec l’ancien.
account-wrong-password = Le mot de passe actuel est incorrect.
account-last-admin = Il doit rester au moins un administrateur.
account-no-scope = Choisissez au moins un droit.
account-too-many-views = Vous avez déjà { $most } vues. Supprimez-en une d’abord.

## Le téléphone de démonstration
phone-hint = Appelez le numéro principal depuis cette page. L’opérateur est simulé ; tout le reste est réel.
phone-noscript = Cette page a besoin de JavaScript. Cette commande fait de même dans un terminal :
phone-you-call = Vous appelez
phone-caller = L’appelant
phone-from = Appeler depuis
phone-dial = Appeler
phone-hang-up = Raccrocher
phone-keypad = Clavier
phone-your-message = Votre message
phone-record = Enregistrer au micro
phone-file = ou un fichier WAV
phone-tone = ou envoyer un message d’exemple
phone-aloud = Dire les annonces à voix haute
phone-callee = Le destinataire
phone-rung = Le téléphone qui sonne
phone-silent = Libre
phone-answer = Répondre
phone-decline = Refuser
phone-take = 1 · Accepter
phone-refuse = 2 · Refuser
phone-conversation = Conversation
phone-line = L’appelant entend
phone-feed = Appels en direct

## Le parcours
nav-flow = Parcours d’appel
closure = Fermeture exceptionnelle
closure-is = Fermé
closure-until = jusqu’à { $when }, par { $who }
closure-open = Rouvrir
closure-hint = Les appelants entendent que l’entreprise est fermée et peuvent laisser un message, quels que soient les horaires.
closure-when = Fermé jusqu’à
closure-hour = Fermer pendant 1 heure
closure-today = Fermer le reste de la journée
closure-not-allowed = Votre rôle ne permet pas de fermer l’entreprise. Demandez à un administrateur.
closure-say = Message aux appelants (facultatif)
closure-close = Fermer jusque-là
closure-bad-time = Saisissez une heure telle que 14:00, 2h ou 2026-12-24T14:00.
closure-over = Cette heure est passée. Saisissez une heure à venir.
closure-too-long = Le message aux appelants ne peut pas dépasser { $most } caractères.
block-own-number = C’est un de vos propres numéros.
flow-hours = Horaires d’ouverture
flow-until = jusqu’à { $when }
flow-special-days = * Jour férié ou autre date avec ses propres horaires
flow-always-open = Le parcours n’a pas d’horaires : il est toujours ouvert.
flow-proof = Vérification
flow-proven = Vérifié : les { $ways } chemins mènent tous à une personne, à un message ou à une annonce ; le plus long dure { $seconds } s.
flow-version = Version { $version }
flow-drawing = Le parcours d’appel et les appels des dernières 24 heures
flow-counted = { $n ->
    [one] { $n } appel compté
   *[other] { $n } appels comptés
  }, 500 au plus.
flow-place = Étape
flow-by = Condition
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
    [one] aucune touche, une fois
   *[other] aucune touche, { $n } fois
  }
by-no-match = { $n ->
    [one] autre touche, une fois
   *[other] autre touche, { $n } fois
  }
by-nobody = personne ne répond
then-back = retour
then-repeat = répéter
callee-rung = Appelé
callee-declined = Refusé
callee-unanswered = Sans réponse
callee-not-accepted = Décroché, pas accepté
callee-advice = Le répondeur du téléphone a sans doute pris { $swallowed } appels sur { $rung }. Laissez sonner { $better } s au lieu de { $now } s.
blocked-callers = Appelants bloqués
blocked-by = Bloqué par
blocked-nobody = Aucun appelant bloqué. Pour en bloquer un, ouvrez un de ses appels.
block-caller = Bloquer cet appelant
caller-is-blocked = Bloqué
unblock = Débloquer
unblock-number = Débloquer { $number }

## Ce que disent les scripts ; %n% est ce qu’ils y mettent
js-live = En direct
js-not-live = Mises à jour en direct désactivées
js-reconnecting = Reconnexion
js-paused = En pause
js-pause = Pause
js-go-on = Reprendre
js-new-one = %n% nouvel appel – montrer
js-new-other = %n% nouveaux appels – montrer
js-changes = %n% changements, le dernier : %last%
js-older = Appels plus anciens
js-undo = Annuler
js-sign-in = Se connecter
js-signed-out = Non enregistré : votre session a pris fin.
js-unreachable = Non enregistré : le serveur est injoignable. Vérifiez votre connexion et réessayez.
js-not-allowed = Non enregistré : vous n’y êtes pas autorisé, ou la page est restée ouverte trop longtemps. Rechargez la page.
js-changed = Non enregistré : quelqu’un d’autre vient de le modifier. Rechargez la page.
js-too-many = Non enregistré : trop de requêtes. Réessayez dans une minute.
js-unavailable = Non enregistré : le serveur a un problème. Réessayez dans un instant.
js-not-done = Non enregistré. Rechargez la page et réessayez.
js-selected-one = %n% appel sélectionné
js-selected-other = %n% appels sélectionnés
js-you-played = Écouté par vous
js-assigned-to-you = Vous est attribué : %who%
js-notify-on = Les notifications sont activées dans ce navigateur, tant que cette page est ouverte.
js-notify-off = Les notifications sont désactivées dans ce navigateur.
js-notify-denied = Le navigateur n’autorise pas les notifications pour cette page. Autorisez-les dans ses réglages pour ce site.
js-said-handle = %who% : marqué comme traité
js-said-claim = %who% : vous est attribué
js-said-reopen = %who% : rouvert
js-said-release = %who% : n’est plus attribué
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
js-silent = L’appelant n’appuie sur aucune touche
js-callee-silent = Le destinataire n’appuie sur aucune touche
js-rings = %number% sonne
js-is-ringing = %number% sonne
js-talking = En conversation
js-bridged = Appelant et destinataire sont en relation
js-at-rest = Libre
js-talked = Ils ont parlé %n% s
js-tone = Laissez un message après le bip. Son envoi termine l’appel
js-recorded = Un message de %n% s est enregistré
js-not-recorded = Aucun message n’a été laissé
js-over = Appel terminé après %n% s
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
