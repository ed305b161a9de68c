# What people read, in English. Every message is also in the other languages; a test compares the keys.

## Around every page
skip = Skip to the content
nav-main = Main
nav-calls = Calls
nav-contacts = Contacts
nav-numbers = Statistics
nav-phone = Phone
nav-outages = Outages
nav-audit = Audit log
nav-settings = Settings
theme-dark = Dark
theme-light = Light
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
to-the-calls = To the calls
page-call = Call
page-confirm = Are you sure?
menu = Menu
account-of = Account: { $who }
undo = Undo
cancel = Cancel
closed-banner = Temporarily closed until { $when }. Callers hear the closing message.
notice-unavailable = The database is unavailable. Calls are still answered; { $waiting ->
    [one] { $waiting } event is
   *[other] { $waiting } events are
  } buffered and will appear here.
notice-behind = The call log is catching up: { $waiting ->
    [one] { $waiting } event is
   *[other] { $waiting } events are
  } buffered and will appear here.
notice-losing = Calls are answered, but events cannot be stored: neither the database nor the spool is writable.
notice-held-back = Expired data of { $calls } calls is not deleted yet: at most a fifth is deleted a day, and only while recent calls confirm the server’s clock.

## Signing in
sign-in = Sign in
sign-in-name = Name
sign-in-password = Password
sign-in-wrong = Wrong name or password.
sign-in-code = Code
sign-in-code-needed = Enter your password again, and the code from your authenticator app.
sign-in-code-wrong = That code is wrong or was already used.
sign-in-provider = Sign in with { $name }
sign-in-no-access = You don't have access yet. Ask an admin to add you.
sign-in-unavailable = The sign-in service isn't responding. Try again in a moment, or use your password.
sign-in-failed = Sign-in failed. Try again.
sign-in-link-used = This link has been used. Sign in with your name and password.
setup-title = Create the first user
setup-detail = This user is an admin, who can add other users in the settings.
setup-do = Create and sign in
setup-used = This link is no longer valid: the first user already exists. Sign in.
sign-in-go-on = Continue
sign-in-throttled = Too many failed attempts. Try again in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  }.

## Errors
error-400 = Bad link
error-400-detail = We don't understand part of this address.
error-400-parameter = We don't understand part of this address: { $parameter }.
error-401 = Signed out
error-401-detail = Your session has ended. Sign in again; your last change was not saved.
error-405 = No page here
error-405-detail = This address only accepts a form. Go back to the page with the form.
error-408 = Request timed out
error-408-detail = The request did not arrive in time. Try again.
error-403 = Not allowed
error-403-detail = Your role doesn't allow this, or the page was open too long. Reload the page and try again.
error-404 = Not found
error-404-detail = There is no page at this address.
error-409 = Already changed
error-409-detail = Someone else already changed this. Reload the page to see its current state.
error-413 = Too large
error-413-detail = This is larger than the form accepts.
error-422 = Not accepted
error-422-detail = The form contains a value that cannot be accepted.
error-429 = Too many requests
error-429-detail = Wait a moment and try again.
error-500 = Something went wrong
error-500-detail = This is an error in frontdesk. The server's log has the details.
error-503 = The call log is unavailable
error-503-detail = Try again in a moment.
offline = No connection
offline-detail = The server can’t be reached. Callers are not affected if only your connection is down. Reload when it is back.

## Days and times
date-long = { $weekday }, { $day } { $month } { $year }
date-short = { $weekday } { $day } { $month }
date-today = Today · { $date }
date-yesterday = Yesterday · { $date }
date-unknown = Day unknown
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
weekday-short-1 = Mon
weekday-short-2 = Tue
weekday-short-3 = Wed
weekday-short-4 = Thu
weekday-short-5 = Fri
weekday-short-6 = Sat
weekday-short-7 = Sun
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec

## What a call is and was
status-ringing = Ringing
status-in-menu = In menu
status-connecting = Ringing
status-talking = In call
status-leaving-message = Leaving a message
status-in-progress = In progress
outcome-answered = Answered
outcome-voicemail = Voicemail
outcome-missed = Missed
outcome-abandoned = Abandoned
outcome-rejected = Rejected
outcome-failed = Failed
outcome-none = In progress
reason-accepted = the callee accepted the call
reason-bridged = connected
reason-carrier_record = known only from the carrier's records
reason-chosen = the caller asked to leave a message
reason-after_no_answer = nobody answered
reason-after_not_accepted = reached a phone's voicemail, or nobody accepted
reason-after_busy = the line was busy
reason-after_decline = the callee declined
reason-after_failure = the forward failed
reason-out_of_hours = outside opening hours
reason-no_input = the caller pressed nothing
reason-no_input-voicemail = the caller pressed nothing and left a message
reason-no_match = the caller pressed keys that aren't in the menu
reason-no_match-voicemail = the caller pressed keys that aren't in the menu and left a message
reason-no_answer = nobody answered, no message
reason-busy = the line was busy, no message
reason-declined = the callee declined, no message
reason-not_accepted = picked up but not accepted, no message
reason-unreachable = the number could not be reached, no message
reason-caller_gave_up = the caller hung up while it was ringing
reason-early = hung up before the greeting
reason-in_menu = hung up in the menu
reason-empty_message = hung up without a message
reason-goodbye = heard the announcement
reason-blocked = the caller is blocked
reason-withheld = withheld numbers are refused
reason-limit = a call limit was reached
reason-carrier = the carrier could not connect the call
reason-unknown = we never learned how it ended
caller-unknown = Unknown caller
caller-withheld = Number withheld
simulated = simulated
unknown-time = unknown
took-it = answered
key-pressed = Key pressed:
for-talk = talk
for-rang = ringing
for-menu = menu
for-all = total

## A message
speech = { $speech } s of speech in { $length } s
speech-none = no speech in { $length } s
message-from = Message from { $who }
message-played = played by { $who }
message-filed = no speech
message-new = new
message-another = Voicemail { $number } of this call
message-others = { $n ->
    [one] { $n } more message
   *[other] { $n } more messages
  }
message-pending = Recording is being retrieved
message-lost = Recording could not be retrieved
message-deleted = Recording deleted
message-none = No transcript

## What people did
later-call = a later call
that-call = that call
assigned-to = Assigned to { $who }
notes = { $n ->
    [one] { $n } note
   *[other] { $n } notes
  }
do-handle = Done
do-reopen = Reopen
do-claim = Assign to me
do-release = Unassign
do-played = Mark as played
do-call-back = Call back
do-call-back-to = Call back { $who }
do-name = Add { $who } to contacts
select-call = Select the call from { $who }
select-all = Select all calls on this page
refused-stale = Someone else just changed this call. Check it again.
refused-no-such-user = There is no such user.
refused-note-empty = Enter a note.
refused-note-long = A note can have at most { $most } characters.
refused-notes-many = A call can have at most { $most } notes.
refused-tag-empty = Enter a tag.
refused-tag-long = A tag can have at most { $most } characters.
refused-tags-many = A call can have at most { $most } tags.

## The feed
tab-attention = Needs attention
tab-all = All
tab-voicemail = Voicemail
tab-missed = Missed
tab-live = Live now
tab-done = Done
tabs = Views of the call log
range-today = Today
range-yesterday = Yesterday
range-week = This week
range-7d = Last 7 days
range-30d = Last 30 days
range-365d = Last 12 months
range-any = Any day
live-off = Live updates off
pause = Pause
notify-me = Notifications on this device: missed calls, voicemails, calls assigned to you
next-to-handle = Next to handle
search = Search
search-all = Search all calls
filters = Filters
assignee = Assigned to
anyone = Anyone
column-select = Select
column-by = Answered by
bulk-hint = Selected calls
bulk-done = Mark done
bulk-assign = Assign
bulk-assignee = Assign to
found-in-all = { $n ->
    [one] { $text } match in All
   *[other] { $text } matches in All
  }
search-hint = Number, name, city or note
when = When
outcome = Outcome
all = All
back-from = On or before
more-filters = More filters
reason = Reason
filter-from = Caller's number
filter-destination = Forwarded to
filter-mailbox = Mailbox
filter-tag = Tag
filter-since = From
filter-through = To
show = Apply
clear-filters = Clear filters
found = { $n ->
    [one] { $text } call
   *[other] { $text } calls
  }
times-of = Times in { $zone }
export = Export
export-csv = CSV
export-jsonl = JSON Lines
export-zip = Voicemails (ZIP)
views = Saved views
view-name = Name of this view
view-save = Save this view
view-remove = Delete view { $name }
older-calls = Older calls
calls-caption = Calls, newest first
column-time = Time
column-caller = Caller
column-what = What happened
column-long = Duration
column-message = Message
column-work = Follow-up
empty-first = No calls yet
empty-first-phone = frontdesk is running. Call the main number from here:
empty-first-phone-link = Open the phone
empty-first-number = frontdesk is running. Call your main number, and the call appears here.
step-up = The configuration is valid, the call flow is verified, and the database is ready.
step-public-url = The carrier reaches this server at its public URL.
step-number = Run “frontdesk connect --number” with your number, or set “A call comes in” at the carrier to this webhook (HTTP POST):
step-call = Call your number from any phone. The call appears here while it rings; you don't need to reload.
empty-filtered = No calls match these filters.
empty-clear = Clear filters
show-all = Show all calls
empty-done = All caught up
empty-done-detail = No one is waiting for a call back.
empty-here = No calls here.
keys-title = Keyboard shortcuts
keys-next = Next, previous call
keys-open = Open the call
keys-done = Mark done
keys-write = Add a note or a tag
keys-play = Play or pause the message
keys-select = Select the call
keys-back = Close the call
keys-search = Search
keys-tabs = All, needs attention, voicemail, missed, live
keys-help = Show this list
keys-on = Enable keyboard shortcuts
close = Close

## What was done
said-handle = { $n ->
    [one] Call marked done.
   *[other] { $n } calls marked done.
  }
said-reopen = { $n ->
    [one] Call reopened.
   *[other] { $n } calls reopened.
  }
said-assign = { $n ->
    [one] Call assigned to { $name }.
   *[other] { $n } calls assigned to { $name }.
  }
said-release = { $n ->
    [one] Call unassigned.
   *[other] { $n } calls unassigned.
  }
said-note = Note added.
said-tag = Tag “{ $name }” added.
said-untag = Tag “{ $name }” removed.
said-played = Marked as played.
said-none-selected = No call was selected.
said-partly = Changed: { $n }. Not changed, because someone else changed them first: { $name }.
said-none-changed = Nothing was changed: someone else changed these calls first. Check them again.
said-view-saved = View “{ $name }” saved.
said-view-removed = View “{ $name }” deleted.
said-contact = Contact “{ $name }” saved.
said-contact-removed = Contact “{ $name }” removed.
said-imported = { $n ->
    [one] { $n } contact imported.
   *[other] { $n } contacts imported.
  }
said-imported-partly = { $n ->
    [one] { $n } contact imported.
   *[other] { $n } contacts imported.
  } Entries without a usable number or name were left out: { $name }.
said-language = Language saved.
said-start = Start tab saved.
said-password = Password changed. You’re signed out everywhere else.
said-second-on = Two-factor sign-in is on.
said-second-off = Two-factor sign-in is off.
said-session-ended = Session ended.
said-person-added = User “{ $name }” added.
said-person-removed = User “{ $name }” removed.
said-role = Role of “{ $name }” changed.
said-person-password = Password of “{ $name }” set. Their sessions have ended.
said-token-revoked = Token “{ $name }” revoked.
said-closed = Closed until { $name }.
said-opened = The company is open again.
said-blocked = Caller blocked.
said-unblocked = Caller unblocked.
said-retried = The recording is being retrieved again.

## Before what cannot be undone
ask-remove-person = Remove the user “{ $name }”?
ask-remove-person-detail = Their sessions end at once. Their notes and actions stay in the log.
ask-remove-person-do = Remove user
ask-revoke-token = Revoke the token “{ $name }”?
ask-revoke-token-detail = Programs that use it stop working at once. It cannot be restored.
ask-revoke-token-do = Revoke token
ask-close = Close the company until { $name }?
ask-close-detail = From now on, callers hear that the company is closed and can leave a message.
ask-close-do = Close

## Contacts
contacts-hint = Names given here are shown instead of numbers, and are spoken to the person who is called.
contacts-search = Name, company or note
contacts-none = No contacts yet. Add one here, or from any call.
contacts-not-found = No contact matches.
contacts-more = { $n } more. Search to find them.
contacts-import = Import
contacts-import-hint = CSV or vCard files, as exported by address books. Contacts with the same number are replaced.
contacts-file = File
contacts-text = Or paste its content
contacts-none-in-file = The file contains no contact with a usable number and a name.
contacts-no-number-column = The first line must name a column of numbers, such as “number” or “phone”.
contacts-broken-file = The file cannot be read as CSV: { $why }
contacts-too-many = There can be at most { $most } contacts. Remove some first.
contact-new = New contact
contact-edit = Edit contact
contact-name = Name
contact-company = Company
contact-note = Note
contact-save = Save contact
contact-remove = Remove contact
contact-change = Edit
contact-change-of = Edit { $name }
contact-bad-number = That is not a phone number. Write it with its country code, such as +33 1 23 45 67 89.
contact-no-name = Enter a name or a company.
contact-too-long = An entry is too long: at most { $most } characters.

## A call's page
back-to-calls = ← Calls
older-call = Older call
evidence = { $status }: { $what }, { $time }.
evidence-accepted = { $who } pressed 1
why = Why does it say that?
fact-began = Started
fact-called = Number called
fact-carrier = Carrier
carrier-sip = SIP line
carrier = Carrier
all-carriers = All
fact-from = From
fact-pressed = Keys pressed
fact-taken = Answered by
fact-rung = Phone called
fact-hung-up = Ended by
hung-up-caller = the caller
hung-up-callee = the person who answered
hung-up-flow = frontdesk
hung-up-line = nobody; the connection was lost
download = Download
ask-again = Retry download
done-by = Done by { $who }, { $when }
needs-call-back = Needs a call back.
nothing-to-do = No follow-up needed.
link-as = This marks the call done in the name of { $who }.
link-done = The call is marked done.
link-open = Open the call
link-used = This link is no longer valid
link-used-detail = It was used already, is older than 30 days, or its call was deleted.
assigned-to-long = Assigned to { $who }.
tags = Tags
tag-remove = Remove the tag { $tag }
tag-new = New tag
tag-add = Add tag
notes-title = Notes
note-new = New note, visible to colleagues only
note-add = Add note
work-timeline = Timeline
what-happened = What happened
proof-hint = Highlighted steps explain why the call counts as “{ $status }”.
proof = Reason
carrier-sent = Data sent by the carrier
carrier-exchange = The carrier’s request and our response
our-response = Our response
other-calls = Other calls from this caller
all-of-them = Show all
lane-caller = Caller
lane-phone = Phone
doing-menu = in the menu
doing-waiting = waiting
doing-ringing = ringing
doing-screening = asked to accept the call
doing-talking = in conversation
doing-message = at the mailbox
doing-from = { $doing }: { $length } from +{ $from }

## A call's events
event-started = Call to { $to }
event-refused-blocked = Refused before it was answered: the caller is blocked
event-refused-withheld = Refused before it was answered: the number is withheld
event-refused-limit = Refused before it was answered: too many calls from this caller
event-closure = Temporary closure
event-hours-open = Hours “{ $hours }”: open
event-hours-closed = Hours “{ $hours }”: closed
event-hours-holiday = Hours “{ $hours }”: closed all day
event-goodbye = Announcement “{ $goodbye }” played, call ended
event-menu = Menu “{ $menu }” played
event-key = Pressed { $keys }: { $choice }
event-key-none = Pressed { $keys }, not an option here
event-no-input = Pressed nothing
event-forward = Called { $number }
event-forward-screened = Called { $number }, to be accepted with a key
event-leg = Callee's phone: { $status }
event-leg-after = Callee's phone: { $status } after { $seconds } s
event-screening-asked = Callee asked whether to accept the call
event-screening-accepted = Callee accepted the call
event-screening-declined = Callee declined
event-screening-unanswered = Callee did not respond
event-dial = Result of the forward: { $outcome }
event-bridged = Caller and callee connected
event-mailbox = Mailbox “{ $mailbox }” asked for a message
event-recording = Recording { $status }
event-recording-long = Recording { $status } ({ $seconds } s)
event-voicemail = Message stored and verified ({ $bytes } bytes)
event-measured = Message analysed: { $speech } s of speech in { $length } s
event-voicemail-failed = Recording could not be retrieved: { $why }
event-voicemail-retried = Retrying the download of the recording
event-transcript-wanted = Transcription requested
event-transcribed = Message transcribed
event-transcribed-not = Message could not be transcribed
event-transcript-deleted = Transcript deleted
event-voicemail-deleted = Message deleted here
event-copy-unwanted = Deletion of the carrier's copy requested
event-copy-deleted = Carrier's copy deleted
event-recovered = Recovered from the carrier's records: { $status }
event-recovered-long = Recovered from the carrier's records: { $status }, { $seconds } s
event-closed = Closed without an end report from the carrier
event-caller-left = Caller had already hung up
event-unknown = An event of a newer version of frontdesk
event-ended = Call ended ({ $status })
event-ended-after = Call ended after { $seconds } s ({ $status })
word-initiated = initiated
word-ringing = ringing
word-answered = answered
word-completed = completed
word-busy = busy
word-declined = declined
word-no-answer = no answer
word-failed = failed
word-canceled = cancelled
word-taken = received
word-absent = no message
word-held = waiting for confirmation
word-kept = saved
word-discarded = discarded
word-queued = queued
word-in-progress = in progress

## Numbers
span = Period
tile-calls = calls
tile-answered = answered
tile-median = Median time to answer
tile-p90 = 90 % answered within
tile-before = Previous period: { $value }
by-carrier = Calls by carrier
by-user = Follow-up by user
marked-done = Marked done
still-assigned = Currently assigned
nobody-worked = No calls in this period were marked done or assigned.
chart-days = Calls per day
chart-hours = Calls by hour of day
chart-drawn = { $chart }, chart
chart-most = { $chart }, at most { $most }; the table below lists each value
count = { $n }
chart-value = { $label }: { $n }
chart-calls = { $label }: { $n ->
    [one] { $n } call
   *[other] { $n } calls
  }
as-a-table = Show as a table
by-outcome = By outcome
busiest-hours = Busiest hours
by-weekday-and-hour = Calls by weekday and hour
day = Day
phones-called = Phones called
number = Number
calls = Calls
taken = Answered
answer-rate = Answer rate
no-phone-rung = No phone was called.
hang-ups-by-menu = Hang-ups by menu
last-menu = Last menu
gave-up = Hung up
of-all = Share
no-menu = No caller reached a menu.
percent = { $n } %
seconds = { $n } s
hour = { $hour }:00

## Outages
outages-hint = Times when calls may have been missed, and what was recovered.
from = From
to = To
what = Cause
callers = Callers
recovered = Recovered
notifications-failed = Notifications that failed
notifications-failed-hint = They are not retried automatically. Run “frontdesk notify replay” to send them again.
notifications-failed-why = Reason
outages-none = No outages recorded.
outage-not_running = frontdesk was not running
outage-database_unavailable = Database unavailable; calls were buffered and saved later
outage-events_lost = Neither the database nor the spool was writable; events were lost
outage-spool_damaged = Buffered events were damaged or removed on disk before they were saved
outage-unreached = The carrier received calls that never reached frontdesk
outage-added = { $n ->
    [one] { $n } call added
   *[other] { $n } calls added
  }
outage-repaired = { $n ->
    [one] { $n } call repaired
   *[other] { $n } calls repaired
  }
outage-messages = { $n ->
    [one] { $n } message recovered
   *[other] { $n } messages recovered
  }
outage-nothing-missing = nothing was missing
outage-nothing-yet = nothing yet

## Audit
audit-hint = Who played, exported, deleted or changed data.
audit-any = any action
audit-filter = Filter
audit-none = No entries.
audit-newest = Newest
audit-older = Older
audit-when = When
audit-who = Who
audit-did = Action
audit-to = Details
audit-signed_in = signed in
audit-sign_in_refused = failed sign-in
audit-signed_out = signed out
audit-signed_out_everywhere = signed out everywhere
audit-played = played a voicemail
audit-exported = exported
audit-retried = retried a voicemail download
audit-reconciled = compared the call log with the carrier's records
audit-purged = deleted expired data
audit-erased = erased a phone number
audit-backed_up = made a backup
audit-restored = restored a backup
audit-closed = closed the company
audit-opened = opened the company
audit-caller_blocked = blocked a caller
audit-caller_unblocked = unblocked a caller
audit-contacts_saved = added or changed contacts
audit-contact_removed = removed a contact
audit-second_factor_on = turned on two-factor sign-in
audit-second_factor_off = turned off two-factor sign-in
audit-user_added = added a user
audit-user_removed = removed a user
audit-password_set = set a password
audit-role_set = changed a role
audit-session_ended = ended a session
audit-token_created = created a token
audit-token_revoked = revoked a token

## Settings
you = Your account: { $who }
language = Language
language-browser = Same as the browser
language-save = Save language
start-tab = Calls page starts with
start-save = Save start tab
password-change = Change your password
password-old = Current password
password-new = New password, 8 to 128 characters
password-save = Change password
second = Two-factor sign-in
second-hint = You'll also enter a code from an authenticator app when you sign in.
second-begin = Set up
second-read = Scan this code with your authenticator app, or type it in. Then enter the code that the app shows.
second-open = Open in an app on this device
second-confirm = Turn on
second-on = Signing in requires a code from your authenticator app.
second-end = Turn off
password-hint = You'll be signed out everywhere else.
sessions = Signed-in browsers
sessions-hint = Browsers where users are signed in. An ended session has no access; a page that is still open stops updating within five minutes.
session-here = this browser
session-browser = Browser and address
session-since = Since
session-seen = Last used
session-end = End
session-end-of = End the session of { $who } since { $when }
people = Users
person-name = Name
person-role = Role
person-role-of = Role: { $who }
role-reader = Staff
role-admin = Admin
role-reader-long = Staff: read calls, play voicemails, follow up, name contacts, block callers
role-admin-long = Admin: everything staff can do, plus closing the company, users, tokens and settings
role-save = Save
role-save-of = Save role: { $who }
person-add = Add user
person-remove = Remove
person-remove-of = Remove { $who }
person-password = Set password
person-password-of = New password for { $who }
tokens = API tokens
token-name = Purpose
token-scopes = Permissions
token-used = Last used
token-never = never
token-make = Create token
token-revoke = Revoke
token-revoke-of = Revoke token { $name }
token-made = New token { $name }. Copy it now; it is shown only once:
scope-calls = read calls and statistics
scope-audio = listen to voicemails
scope-work = read calls, mark them done, assign, note and tag them
scope-metrics = read metrics
health = System check
health-at = Checked { $when } by frontdesk doctor.
health-none = Not checked yet. Run this command on the server:
health-check = Check
health-verdict = Status
health-found = Result and remedy
verdict-fine = OK
verdict-untried = Not checked
verdict-warning = Warning
verdict-fault = Problem
rules = Rules from the configuration
rules-hint = For security, these can only be changed in the configuration file.
rule-calls = Calls are stored for
rule-audio = Voicemails are stored for
rule-raw = Raw carrier data is stored for
rule-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
  }
rule-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
  }
rule-for-ever = unlimited time
rule-resolve = A later answered call marks earlier missed calls done
yes = yes
no = no
account-name-taken = That name is already in use.
account-nobody = No such user or token.
account-bad-name = A name must have 1 to 64 characters.
account-bad-password = A password must have 8 to 128 characters.
account-guessable-password = This password is easy to guess. Use several words, or a password manager.
account-own-password = Change your own password under “Change your password”, with the current one.
account-wrong-password = The current password is wrong.
account-last-admin = At least one admin must remain.
account-no-scope = Choose at least one permission.
account-too-many-views = You already have { $most } views. Delete one first.

## The demo's phone
phone-hint = Call the main number from this page. The carrier is simulated; everything else is the real product.
phone-noscript = This page needs JavaScript. Or run this command in a terminal:
phone-you-call = You call
phone-caller = The caller
phone-from = Calling from
phone-dial = Call
phone-hang-up = Hang up
phone-keypad = Keypad
phone-your-message = Your message
phone-record = Record with the microphone
phone-file = or a WAV file
phone-tone = or send a sample message
phone-aloud = Speak prompts aloud
phone-callee = The callee
phone-rung = The phone that rings
phone-silent = Idle
phone-answer = Answer
phone-decline = Decline
phone-take = 1 · Accept
phone-refuse = 2 · Decline
phone-conversation = Conversation
phone-line = Caller hears
phone-feed = Live call feed

## The flow
nav-flow = Call flow
closure = Temporary closure
closure-is = Closed
closure-until = until { $when }, by { $who }
closure-open = Reopen
closure-hint = Callers hear that the company is closed and can leave a message, regardless of the opening hours.
closure-when = Closed until
closure-hour = Close for 1 hour
closure-today = Close for the rest of the day
closure-not-allowed = Your role doesn’t allow closing the company. Ask an admin.
closure-say = Message to callers (optional)
closure-close = Close until then
closure-bad-time = Enter a time such as 14:00, 2h or 2026-12-24T14:00.
closure-over = That time has passed. Enter a later one.
closure-too-long = The message to callers can have at most { $most } characters.
block-own-number = That is one of your own numbers.
flow-hours = Opening hours
flow-until = until { $when }
flow-special-days = * Holiday or other date with its own hours
flow-always-open = This call flow has no opening hours: it is always open.
flow-proof = Check
flow-proven = Checked: all { $ways } paths end with a person, a message or a goodbye; the longest takes { $seconds } s.
flow-version = Version { $version }
flow-drawing = Call flow with the calls of the last 24 hours
flow-counted = { $n ->
    [one] { $n } call counted
   *[other] { $n } calls counted
  }, 500 at most.
flow-place = Step
flow-by = Condition
flow-leads = Goes to
flow-phones = How phones answered in the last 30 days
place-menu = Menu
place-forward = Forward
place-mailbox = Mailbox
place-hours = Hours
place-goodbye = Announcement
opening-open = open
opening-closed = closed
opening-holiday = closed all day
by-no-input = { $n ->
    [one] no key, once
   *[other] no key, { $n } times
  }
by-no-match = { $n ->
    [one] another key, once
   *[other] another key, { $n } times
  }
by-nobody = no answer
then-back = back
then-repeat = repeat
callee-rung = Called
callee-declined = Declined
callee-unanswered = No answer
callee-not-accepted = Picked up, not accepted
callee-advice = The phone's own voicemail probably answered { $swallowed } of { $rung } calls. Let it ring { $better } s instead of { $now } s.
blocked-callers = Blocked callers
blocked-by = Blocked by
blocked-nobody = No blocked callers. To block a caller, open one of their calls.
block-caller = Block this caller
caller-is-blocked = Blocked
unblock = Unblock
unblock-number = Unblock { $number }

## What scripts say; %n% stands for what they put in
js-live = Live
js-not-live = Live updates off
js-reconnecting = Reconnecting
js-paused = Paused
js-pause = Pause
js-go-on = Resume
js-new-one = %n% new call – show
js-new-other = %n% new calls – show
js-changes = %n% changes, the latest: %last%
js-older = Older calls
js-undo = Undo
js-sign-in = Sign in
js-signed-out = Not saved: your session has ended.
js-unreachable = Not saved: the server can’t be reached. Check your connection and try again.
js-not-allowed = Not saved: you aren’t allowed to do this, or the page was open too long. Reload the page.
js-changed = Not saved: someone else just changed this. Reload the page.
js-too-many = Not saved: too many requests. Try again in a minute.
js-unavailable = Not saved: the server has a problem. Try again in a moment.
js-not-done = Not saved. Reload the page and try again.
js-selected-one = %n% call selected
js-selected-other = %n% calls selected
js-you-played = Played by you
js-assigned-to-you = Assigned to you: %who%
js-notify-on = Notifications are on in this browser, while this page is open.
js-notify-off = Notifications are off in this browser.
js-notify-denied = The browser doesn’t allow notifications for this page. Allow them in the browser’s settings for this site.
js-said-handle = %who%: marked done
js-said-claim = %who%: assigned to you
js-said-reopen = %who%: reopened
js-said-release = %who%: no longer assigned
js-play = Play: %name%
js-pause-it = Pause: %name%
js-position = Position in: %name%
js-position-of = %at% of %whole%
js-back = Back 5 seconds
js-on = Forward 5 seconds
js-speed = Speed %n%
js-placed = %from% calls %to%
js-heard = Heard: “%text%”
js-callee-heard = Callee hears: “%text%”
js-pressed = Caller presses %keys%
js-callee-pressed = Callee presses %keys%
js-silent = Caller presses no key
js-callee-silent = Callee presses no key
js-rings = %number% rings
js-is-ringing = %number% is ringing
js-talking = Talking
js-bridged = Caller and callee are connected
js-at-rest = Idle
js-talked = They talked for %n% s
js-tone = Leave a message after the tone. Sending it ends the call
js-recorded = A message of %n% s was recorded
js-not-recorded = No message was left
js-over = Call ended after %n% s
js-ring-ended = %number%: %status%
js-word-answered = answered
js-word-busy = busy
js-word-no-answer = no answer
js-word-failed = failed
js-word-canceled = cancelled
js-word-declined = declined
js-record = Record with the microphone
js-stop = Stop and send
js-no-microphone = The microphone cannot be used: %why%
