# What people read, in English. Every message is also in the other languages; a test holds them together.

## Around every page
skip = Skip to the content
nav-main = Main
nav-calls = Calls
nav-numbers = Numbers
nav-phone = Phone
nav-outages = Outages
nav-audit = Audit
nav-settings = Settings
theme-dark = Dark
theme-light = Light
sign-out = Sign out
sign-out-everywhere = Sign out everywhere
to-the-calls = To the calls
page-call = Call
notice-away = The call log is not available. Callers are answered; { $waiting ->
    [one] { $waiting } event waits
   *[other] { $waiting } events wait
  } and will appear here.
notice-behind = The call log is catching up: { $waiting ->
    [one] { $waiting } event waits
   *[other] { $waiting } events wait
  } and will appear here.
notice-losing = Calls are answered, but what happens cannot be kept: neither the call log nor the spool can be written.

## Signing in
sign-in = Sign in
sign-in-name = Name
sign-in-password = Password
sign-in-wrong = the name or the password is not right
sign-in-code = Code
sign-in-code-needed = enter your password again, and the code of your app
sign-in-code-wrong = the code is not right, or was used before
sign-in-elsewhere = Sign in with { $name }
sign-in-nobody = you are known there, and nobody has let you in here yet; an admin can
sign-in-away = the place where you sign in does not answer; try again in a moment, or use your password
sign-in-not-vouched = that did not work; try again
sign-in-go-on = Go on
sign-in-throttled = too many failed attempts; try again in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  }

## Errors
error-400 = This address cannot be read
error-400-detail = Part of the address has no meaning here.
error-400-parameter = Part of the address has no meaning here: { $parameter }.
error-401 = Signed out
error-401-detail = Your session has ended, or was ended. Sign in again; what you sent was not taken.
error-405 = Nothing to see here
error-405-detail = This address only takes a form. Go back to the page with the form.
error-408 = Too slow
error-408-detail = What you sent did not arrive in time. Try again.
error-403 = Not allowed
error-403-detail = Your role does not cover this, or the form did not come from our own page. Reload the page and try again.
error-404 = Not found
error-404-detail = There is nothing at this address.
error-409 = Already so
error-409-detail = It is already so, or somebody else was faster.
error-413 = Too large
error-413-detail = The form is larger than anything that belongs into it.
error-422 = Not accepted
error-422-detail = Something in the form cannot be accepted.
error-500 = This page is broken
error-500-detail = The fault is ours; the server's log says more.
error-503 = The log is not available
error-503-detail = Try again in a moment.

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
status-connecting = Connecting
status-talking = In call
status-leaving-message = Leaving a message
status-in-progress = In progress
outcome-answered = Answered
outcome-voicemail = Voicemail
outcome-missed = Missed
outcome-abandoned = Abandoned
outcome-rejected = Rejected
outcome-failed = Failed
outcome-none = not over
reason-accepted = the callee took the call
reason-bridged = put through
reason-carrier_record = known from the carrier's records alone
reason-chosen = the caller asked to leave a message
reason-after_no_answer = nobody took the call
reason-after_busy = the line was busy
reason-after_decline = the callee declined
reason-after_failure = the forward failed
reason-out_of_hours = outside opening hours
reason-no_input = the caller pressed nothing
reason-no_input-voicemail = the caller pressed nothing and left a message
reason-no_match = the caller pressed other keys
reason-no_match-voicemail = the caller pressed other keys and left a message
reason-no_answer = nobody answered, no message
reason-busy = the line was busy, no message
reason-declined = the callee declined, no message
reason-not_accepted = picked up but not accepted, no message
reason-unreachable = the number could not be reached, no message
reason-caller_gave_up = the caller hung up while it rang
reason-early = hung up before anything was said
reason-in_menu = hung up in the menu
reason-empty_message = hung up without a message
reason-goodbye = heard the announcement
reason-blocked = the caller is blocked
reason-withheld = withheld numbers are refused
reason-limit = a limit was reached
reason-carrier = the carrier could not carry the call
reason-unknown = no word of its end ever came
caller-unknown = Unknown caller
caller-withheld = Number withheld
simulated = simulated
unknown-time = unknown
took-it = took it
key-pressed = Key pressed:
for-talk = talk
for-rang = rang
for-menu = menu
for-all = in all

## A message
speech = { $speech } s of speech in { $length } s
speech-none = no speech in { $length } s
message-from = Message from { $who }
message-heard = heard by { $who }
message-filed = filed quietly
message-new = new
message-pending = Message on its way
message-lost = Message could not be had
message-deleted = Message deleted
message-none = No transcript

## What people did
later-call = a later call
that-call = that call
takes-care = { $who } takes care
notes = { $n ->
    [one] { $n } note
   *[other] { $n } notes
  }
do-handle = Done
do-reopen = Reopen
do-claim = I take it
do-release = Let go
do-heard = Mark as heard
do-call-back = Call back
do-call-back-to = Call back { $who }
refused-stale = somebody else has just changed this call; look at it again
refused-note-empty = the note is empty
refused-note-long = a note has at most { $most } characters
refused-notes-many = a call has at most { $most } notes
refused-tag-empty = the tag is empty
refused-tag-long = a tag has at most { $most } characters
refused-tags-many = a call has at most { $most } tags

## The feed
tab-attention = Needs attention
tab-all = All
tab-voicemail = Voicemail
tab-missed = Missed
tab-live = Live now
tab-done = Done
tabs = Parts of the log
range-today = Today
range-yesterday = Yesterday
range-week = This week
range-7d = Last 7 days
range-30d = Last 30 days
range-365d = A year
range-any = any day
live-off = Not live
pause = Pause
next-to-settle = Next to settle
search = Search
search-hint = number, name, place, note
when = When
outcome = Outcome
all = all
back-from = Back from
more-filters = More filters
reason = Reason
filter-from = Caller's number
filter-destination = Forwarded to
filter-mailbox = Mailbox
filter-tag = Tag
filter-since = From day
filter-until = Before day
show = Show
clear-filters = Clear filters
found = { $n ->
    [one] { $text } call
   *[other] { $text } calls
  }
times-of = times of { $zone }
take-out-as = take out as
export-csv = CSV
export-jsonl = JSON lines
export-zip = voicemails (zip)
views = Saved views
view-name = Name of this view
view-save = Save this view
view-remove = Forget the view { $name }
older-calls = Older calls
calls-caption = Calls, newest first
column-time = Time
column-caller = Caller
column-what = What happened
column-long = How long
column-message = Message
column-work = Work
empty-first = No call yet
empty-first-phone = The desk is up. Call the main number from here:
empty-first-phone-link = pick up the phone
empty-first-number = The desk is up. Call your main number, and it appears here.
step-up = The configuration is read, the flow is sound, the database is ready.
step-number = At the carrier, on your number’s page, let “a call comes in” ask this address by POST:
step-call = Call your number from any phone. The call appears here while it rings; nothing needs to be reloaded.
empty-filtered = No call fits these filters.
empty-clear = Clear them
show-all = Show all calls
empty-settled = All settled
empty-settled-detail = Nobody waits for an answer.
empty-here = Nothing here.
keys-title = Keys
keys-next = next, previous call
keys-open = open it
keys-done = done
keys-write = write a note, a tag
keys-play = play or pause its message
keys-search = search
keys-tabs = all, voicemail, missed, live
keys-help = this list
keys-on = Single keys do something
close = Close

## A call's page
back-to-calls = ← Calls
why = Why does it say that?
fact-began = Began
fact-called = Called
fact-from = From
fact-pressed = Pressed
fact-taken = Taken by
fact-rung = Phone rung
download = Download
ask-again = Ask the carrier again
settled-by = Settled by { $who }, { $when }
somebody-ought = Somebody ought to call back or listen.
nothing-to-do = Nothing to do.
takes-care-of-it = { $who } takes care of it.
tags = Tags
tag-remove = Remove the tag { $tag }
tag-new = New tag
tag-add = Add tag
notes-title = Notes
note-new = New note, seen by colleagues only
note-add = Add note
who-did-what = Who did what when
what-happened = What happened
proof-hint = Lines marked “proof” are why the call counts as “{ $status }”.
proof = proof
carrier-sent = What the carrier sent
other-calls = Other calls of this caller
all-of-them = All of them
lane-caller = Caller
lane-phone = A phone
doing-menu = hears the menu
doing-waiting = waits for somebody
doing-ringing = rings
doing-screening = is asked to take the call
doing-talking = in conversation
doing-message = is at the mailbox
doing-from = { $doing }: { $length } from +{ $from }

## A call's events
event-started = Call to { $to }
event-refused-blocked = Refused before it was answered: the caller is blocked
event-refused-withheld = Refused before it was answered: the number is withheld
event-refused-limit = Refused before it was answered: this caller has called too often
event-closure = The company was closed out of turn
event-hours-open = Hours “{ $hours }”: open
event-hours-closed = Hours “{ $hours }”: closed
event-hours-holiday = Hours “{ $hours }”: closed all day
event-goodbye = Announcement “{ $goodbye }” spoken, call ended
event-menu = Menu “{ $menu }” spoken
event-key = Pressed { $keys }: { $choice }
event-key-none = Pressed { $keys }, which has no meaning here
event-no-input = Pressed nothing
event-forward = Rang { $number }
event-forward-screened = Rang { $number }, to be accepted by key
event-leg = Callee's phone: { $status }
event-leg-after = Callee's phone: { $status } after { $seconds } s
event-screening-asked = Callee asked whether to take the call
event-screening-accepted = Callee took the call
event-screening-declined = Callee declined
event-screening-unanswered = Callee did not answer the question
event-dial = Carrier on the attempt: { $outcome }
event-bridged = Caller and callee were put through
event-mailbox = Mailbox “{ $mailbox }” asked for a message
event-recording = Recording { $status }
event-recording-long = Recording { $status } ({ $seconds } s)
event-voicemail = Message stored and verified ({ $bytes } bytes)
event-measured = Message listened to: { $speech } s of speech in { $length } s
event-voicemail-failed = Message could not be had: { $why }
event-voicemail-retried = Message asked for anew
event-transcript-wanted = The message is to be written down here
event-transcribed = The message was written down
event-transcribed-not = The message could not be written down
event-transcript-deleted = What was written down of the message was deleted
event-voicemail-deleted = Message deleted here
event-copy-unwanted = Carrier's copy to be deleted
event-copy-deleted = Carrier's copy deleted
event-recovered = Recovered from the carrier's records: { $status }
event-recovered-long = Recovered from the carrier's records: { $status }, { $seconds } s
event-closed = No word of the end came; no longer waited for
event-caller-left = Caller had hung up
event-ended = Call ended ({ $status })
event-ended-after = Call ended after { $seconds } s ({ $status })
word-initiated = initiated
word-ringing = ringing
word-answered = answered
word-completed = completed
word-busy = busy
word-no-answer = no answer
word-failed = failed
word-canceled = cancelled
word-taken = taken
word-absent = absent
word-held = in question
word-kept = kept
word-discarded = discarded
word-queued = queued
word-in-progress = in progress

## Numbers
span = Span of time
tile-calls = calls
tile-answered = answered
tile-median = until somebody answers, for half of the callers at most
tile-p90 = for nine in ten at most
chart-days = Calls a day
chart-hours = Calls by the hour of the day
chart-drawn = { $chart }, drawn
chart-most = { $chart }, at most { $most }; the table below has each
chart-told = { $label }: { $n }
chart-calls = { $label }: { $n ->
    [one] { $n } call
   *[other] { $n } calls
  }
as-a-table = As a table
by-outcome = By outcome
busiest-hours = Busiest hours
by-weekday-and-hour = Calls by weekday and hour
day = Day
who-was-rung = Who was rung
number = Number
calls = Calls
taken = Taken
answer-rate = Answer rate
no-phone-rung = No phone was rung.
who-gave-up = Who gave up in which menu
last-menu = Last menu heard
gave-up = Gave up
of-all = Of all
no-menu = Nobody heard a menu.
percent = { $n } %
seconds = { $n } s
hour = { $hour }:00

## Outages
outages-hint = When frontdesk could not keep what happened, or did not run, and what the carrier's records have given back since.
from = From
to = To
what = What
callers = Callers
recovered = Recovered
outages-none = None is known.
outage-not_running = frontdesk did not run
outage-database_unavailable = the call log was away; what happened was spooled and followed
outage-events_lost = what happened could not be kept
outage-unreached = the carrier had calls that never reached us
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
outage-nothing-yet = nothing so far

## Audit
audit-hint = Who listened, exported, deleted or changed something; the latest { $most } lines.
audit-when = When
audit-who = Who
audit-did = Did what
audit-to = To what
audit-signed_in = signed in
audit-sign_in_refused = was refused
audit-signed_out = signed out
audit-signed_out_everywhere = signed out everywhere
audit-played = listened
audit-exported = exported
audit-retried = asked for a message anew
audit-reconciled = compared the log with the carrier's records
audit-purged = deleted what was too old
audit-erased = erased a number
audit-backed_up = copied everything to
audit-restored = put back the copy
audit-closed = closed the company
audit-opened = opened the company
audit-caller_blocked = blocked a caller
audit-caller_unblocked = took a caller’s block off
audit-second_factor_on = set up a second factor
audit-second_factor_off = removed a second factor
audit-user_added = added a person
audit-user_removed = removed a person
audit-password_set = set a password
audit-role_set = gave another role
audit-session_ended = ended a session
audit-token_created = made a token
audit-token_revoked = revoked a token

## Settings
you = You: { $who }
language = Language
language-browser = as the browser asks
language-save = Use this language
password-change = Change your password
password-old = Password until now
password-new = New password, 8 to 128 characters
password-save = Change it
second = Second factor
second-hint = Besides your password, signing in then takes a code of an app on your phone.
second-begin = Set up
second-read = Have your app read this, or type it in, and enter the code that it shows.
second-open = Open in an app on this device
second-confirm = Turn on
second-on = Signing in takes a code of your app.
second-end = Turn off
password-hint = All other browsers of yours are signed out.
sessions = Signed-in browsers
sessions-hint = Where people are signed in. A session that is ended takes no further step; a list that stands open there is told no more after five minutes at the latest.
session-here = this browser
session-since = Since
session-seen = Last used
session-end = End
session-end-of = End the session of { $who } since { $when }
people = People
person-name = Name
person-role = Role
person-role-of = Role: { $who }
role-reader = reader
role-admin = admin
role-reader-long = reader: reads calls, hears messages, works with them
role-admin-long = admin: all of that, and manages
role-save = Give this role
role-save-of = Give this role: { $who }
person-add = Add a person
person-remove = Remove
person-remove-of = Remove { $who }
person-password = Set password
person-password-of = New password for { $who }
tokens = Tokens for programs
token-name = What it is for
token-scopes = May
token-used = Last used
token-never = never
token-make = Make a token
token-revoke = Revoke
token-revoke-of = Revoke the token { $name }
token-made = The new token { $name }. It is shown this once:
scope-calls = read calls and figures
scope-audio = hear messages
scope-metrics = read the service's metrics
health = Health
health-at = Examined { $when }, by frontdesk doctor.
health-none = Not examined yet. Whoever runs the desk does it in a terminal, with
health-check = Check
health-verdict = State
health-found = Found, and what to do
verdict-fine = Fine
verdict-untried = Not tried
verdict-warning = Warning
verdict-fault = Fault
rules = Rules of the configuration
rules-hint = These stand in the configuration file; a page that could change where calls go would be worth breaking into.
rule-calls = Calls are kept for
rule-audio = Messages are kept for
rule-raw = The carrier's own words are kept for
rule-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
  }
rule-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
  }
rule-for-ever = for ever
rule-resolve = A later answered call settles earlier misses
yes = yes
no = no
settled-name-taken = There is somebody or something of that name already.
settled-nobody = There is nobody and nothing of that name.
settled-bad-name = A name has 1 to 64 characters.
settled-bad-password = A password has 8 to 128 characters.
settled-wrong-password = The password until now is not right.
settled-last-admin = At least one person must remain an admin.
settled-no-scope = A token must be good for something; choose at least one.
settled-too-many-views = You have { $most } views already; forget one first.

## The demo's phone
phone-hint = Call the main number from this page. The carrier is simulated; everything behind it is the real thing.
phone-noscript = This page needs JavaScript; in a terminal this does the same:
phone-you-call = You call
phone-caller = The caller
phone-from = Calling from
phone-dial = Call
phone-hang-up = Hang up
phone-keypad = Keypad
phone-your-message = Your message
phone-record = Record with the microphone
phone-file = or a WAV file
phone-tone = or send made-up speech
phone-aloud = Speak prompts aloud
phone-callee = The callee
phone-rung = The phone that is rung
phone-silent = Silent
phone-answer = Answer
phone-decline = Decline
phone-take = 1 · take it
phone-refuse = 2 · decline
phone-heard = What is heard
phone-line = On the line
phone-feed = The feed, live

## The flow
nav-flow = Flow
closure = Closed out of turn
closure-is = Closed
closure-until = until { $when }, by { $who }
closure-open = Open again
closure-hint = Whatever the opening hours say, callers are told that nobody is there and can leave a message.
closure-when = Closed until
closure-when-hint = A time of day such as 14:00, a span such as 2h, or a date and a time such as 2026-12-24T14:00 ({ $zone }).
closure-say = What callers are told first (optional)
closure-close = Close
closure-bad-time = That is no time. Use one such as 14:00, 2h or 2026-12-24T14:00.
closure-over = That time has passed.
closure-too-long = What callers are told has at most { $most } characters.
block-own-number = That is a number of your own.
flow-hours = Opening hours
flow-until = until { $when }
flow-always-open = The flow has no opening hours: it is always open.
flow-proof = Proof
flow-proven = Proven: { $ways } ways, all end with a person, a message or a goodbye; the longest takes { $seconds } s.
flow-edition = Edition { $edition }
flow-drawing = The flow and the calls of the last 24 hours
flow-counted = { $n ->
    [one] { $n } call is counted
   *[other] { $n } calls are counted
  }, 500 at most.
flow-place = Place
flow-by = By
flow-leads = Leads to
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
    [one] nothing pressed, once
   *[other] nothing pressed, { $n } times
  }
by-no-match = { $n ->
    [one] another key, once
   *[other] another key, { $n } times
  }
by-nobody = nobody takes it
then-back = back
then-repeat = again
callee-rung = Rung
callee-declined = Declined
callee-unanswered = Not answered
callee-not-accepted = Picked up, not accepted
callee-advice = Its own voicemail probably took { $swallowed } of { $rung } calls; let it ring { $better } s instead of { $now }.
blocked-callers = Blocked callers
blocked-by = Blocked by
blocked-nobody = Nobody is blocked. A caller is blocked on the page of one of their calls.
block-caller = Block this caller
caller-is-blocked = Blocked
unblock = Let in again
unblock-number = Let { $number } in again

## What scripts say; %n% stands for what they put in
js-live = Live
js-not-live = Not live
js-reconnecting = Reconnecting
js-paused = Paused
js-pause = Pause
js-go-on = Go on
js-new-one = %n% new call – show
js-new-other = %n% new calls – show
js-changes = %n% changes, the last: %last%
js-older = Older calls
js-play = Play: %name%
js-pause-it = Pause: %name%
js-position = Position in: %name%
js-position-of = %at% of %whole%
js-back = Back 5 seconds
js-on = On 5 seconds
js-speed = Speed %n%
js-placed = %from% calls %to%
js-heard = Heard: “%text%”
js-callee-heard = Callee hears: “%text%”
js-pressed = Caller presses %keys%
js-callee-pressed = Callee presses %keys%
js-silent = Caller presses nothing
js-callee-silent = Callee presses nothing
js-rings = %number% rings
js-is-ringing = %number% is ringing
js-talking = Talking
js-bridged = Caller and callee hear each other
js-at-rest = Silent
js-talked = They talked for %n% s
js-tone = Tone: leave a message, then it is sent and you hang up
js-recorded = A message of %n% s was recorded
js-not-recorded = No message was left
js-over = The call is over after %n% s
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
