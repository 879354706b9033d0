/**
 * Every branch of the call machine, one a line: `from/step -> event -> to: effects`. `from/step` names a call of
 * call-samples.suite.ts, the event is its sample there, `+x` and `-x` start and stop a timer, a lone `-` is a
 * change of the state that asks nothing of the outside, `nothing` an event that is heard and changes nothing.
 */
export const branches = parse(`
  new -> dial -> resolving: resolve-target, +resolve
  new -> invited -> screening: verify invite, +screen

  resolving -> resolved -> inviting: -resolve, send-invite, +reach
  resolving -> resolve-failed -> ended: -resolve, write-log changed-hands
  resolving -> hang-up -> ended: -resolve, write-log cancelled
  resolving -> window-closed -> ended: -resolve, write-log cancelled
  resolving -> glare-lost -> ended: -resolve, hand-over

  inviting -> hang-up -> ending: -reach, send-cancel, +cancel, write-log cancelled
  inviting -> window-closed -> ending: -reach, send-cancel, +cancel, write-log cancelled
  inviting -> glare-lost -> ending: -reach, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  inviting -> peer-ringing -> inviting: verify ringing
  inviting -> peer-prepared -> inviting: verify early
  inviting -> peer-answered -> connecting-out: -reach, verify answer, +setup
  inviting -> rejected -> ended: -reach, write-log busy
  inviting -> peer-hung-up -> inviting: answer-bye
  inviting/unheard -> hang-up -> ending: -reach, +cancel, write-log cancelled
  inviting/unheard -> glare-lost -> ending: -reach, hand-over, +cancel
  inviting/unheard -> provisional -> inviting: -
  inviting/rang-unproven -> identity-proven -> ringing-out: -reach, start-ringback, +no-answer
  inviting/rang-unproven -> identity-waived -> inviting: -
  inviting/rang-unproven -> identity-failed -> inviting: -
  inviting/anyone -> identity-proven -> ringing-out: -reach, start-ringback, +no-answer
  inviting/anyone -> identity-waived -> ringing-out: -reach, start-ringback, +no-answer
  inviting/anyone -> identity-failed -> inviting: -
  inviting/making-answer -> hang-up -> ending: close-media, -reach, send-cancel, +cancel, write-log cancelled
  inviting/making-answer -> glare-lost -> ending: close-media, -reach, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  inviting/making-answer -> rejected -> ended: close-media, -reach, write-log busy
  inviting/making-answer -> peer-hung-up -> inviting: close-media, answer-bye
  inviting/making-answer -> answer-made -> early-out: -reach, send-prack, +no-answer
  inviting/making-answer -> media-failed -> inviting: close-media

  ringing-out -> hang-up -> ending: stop-ringback, -no-answer, send-cancel, +cancel, write-log cancelled
  ringing-out -> window-closed -> ending: stop-ringback, -no-answer, send-cancel, +cancel, write-log cancelled
  ringing-out -> glare-lost -> ending: stop-ringback, -no-answer, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  ringing-out -> peer-ringing -> ringing-out: verify ringing
  ringing-out -> peer-prepared -> ringing-out: verify early
  ringing-out -> peer-answered -> connecting-out: stop-ringback, -no-answer, verify answer, +setup
  ringing-out -> rejected -> ended: stop-ringback, -no-answer, write-log busy
  ringing-out -> peer-hung-up -> ringing-out: stop-ringback, answer-bye
  ringing-out/second -> peer-ringing -> ringing-out: nothing
  ringing-out/second -> peer-prepared -> ringing-out: nothing
  ringing-out/making-answer -> hang-up -> ending: stop-ringback, close-media, -no-answer, send-cancel, +cancel, write-log cancelled
  ringing-out/making-answer -> glare-lost -> ending: stop-ringback, close-media, -no-answer, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  ringing-out/making-answer -> rejected -> ended: stop-ringback, close-media, -no-answer, write-log busy
  ringing-out/making-answer -> peer-hung-up -> ringing-out: stop-ringback, close-media, answer-bye
  ringing-out/making-answer -> answer-made -> early-out: send-prack
  ringing-out/making-answer -> media-failed -> ringing-out: close-media
  ringing-out/gone -> hang-up -> ending: -no-answer, send-cancel, +cancel, write-log cancelled
  ringing-out/gone -> glare-lost -> ending: -no-answer, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  ringing-out/gone -> peer-answered -> ended: -no-answer, send-ack refusal, write-log hung-up-by-them
  ringing-out/gone -> rejected -> ended: -no-answer, write-log busy
  ringing-out/gone -> peer-hung-up -> ringing-out: answer-bye

  early-out -> hang-up -> ending: stop-ringback, close-media, -no-answer, send-cancel, +cancel, write-log cancelled
  early-out -> window-closed -> ending: stop-ringback, close-media, -no-answer, send-cancel, +cancel, write-log cancelled
  early-out -> glare-lost -> ending: stop-ringback, close-media, -no-answer, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  early-out -> peer-ringing -> early-out: verify ringing
  early-out -> peer-prepared -> early-out: verify early
  early-out -> peer-answered -> connecting-out: stop-ringback, -no-answer, verify answer, +setup
  early-out -> rejected -> ended: stop-ringback, close-media, -no-answer, write-log busy
  early-out -> peer-hung-up -> early-out: stop-ringback, close-media, answer-bye
  early-out -> media-connected -> early-out: -
  early-out -> media-lost -> early-out: -
  early-out -> media-failed -> early-out: close-media
  early-out/second -> peer-ringing -> early-out: nothing
  early-out/second -> peer-prepared -> early-out: nothing
  early-out/making-answer -> hang-up -> ending: stop-ringback, close-media, close-media, -no-answer, send-cancel, +cancel, write-log cancelled
  early-out/making-answer -> glare-lost -> ending: stop-ringback, close-media, close-media, -no-answer, hand-over, send-cancel etherlynk;cause=486;text="glare", +cancel
  early-out/making-answer -> peer-prepared -> early-out: nothing
  early-out/making-answer -> peer-answered -> connecting-out: stop-ringback, close-media, -no-answer, verify answer, +setup
  early-out/making-answer -> rejected -> ended: stop-ringback, close-media, close-media, -no-answer, write-log busy

  connecting-out -> hang-up -> ending: -setup, send-ack refusal, send-bye, +bye, write-log hung-up-by-me
  connecting-out -> window-closed -> ending: -setup, send-ack refusal, send-bye, +bye, write-log hung-up-by-me
  connecting-out -> peer-hung-up -> ended: -setup, answer-bye, send-ack refusal, write-log hung-up-by-them
  connecting-out -> media-failed -> ending: -setup, send-ack refusal, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  connecting-out/prepared -> hang-up -> ending: close-media, -setup, send-ack refusal, send-bye, +bye, write-log hung-up-by-me
  connecting-out/prepared -> peer-hung-up -> ended: close-media, -setup, answer-bye, send-ack refusal, write-log hung-up-by-them
  connecting-out/prepared -> media-connected -> connecting-out: -
  connecting-out/prepared -> media-lost -> connecting-out: -
  connecting-out/prepared -> media-failed -> ending: close-media, -setup, send-ack refusal, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  connecting-out/making-answer -> hang-up -> ending: close-microphone, close-media, -setup, send-ack refusal, send-bye, +bye, write-log hung-up-by-me
  connecting-out/making-answer -> peer-hung-up -> ended: close-microphone, close-media, -setup, answer-bye, send-ack refusal, write-log hung-up-by-them
  connecting-out/making-answer -> answer-made -> active: -setup, send-ack answer, +first-media
  connecting-out/making-answer -> media-failed -> ending: close-microphone, close-media, -setup, send-ack refusal, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed

  yielding -> hang-up -> ended: -yield, write-log cancelled
  yielding -> window-closed -> ended: -yield, write-log cancelled
  yielding -> glare-lost -> ended: -yield, hand-over
  yielding -> peer-answered -> yielding: send-ack refusal, send-bye etherlynk;cause=486;text="glare"

  screening -> admitted -> ringing-in: -screen, start-ringtone, +ring
  screening -> refused -> ended: -screen, send-refusal 486, write-log busy, notify
  screening -> decline -> ended: -screen, send-refusal 603, write-log declined
  screening -> hang-up -> ended: -screen, send-refusal 603, write-log declined
  screening -> window-closed -> ended: -screen, send-refusal 603, write-log declined
  screening -> cancelled -> ended: -screen, send-refusal 487, write-log cancelled, notify
  screening -> peer-hung-up -> ended: -screen, answer-bye, send-refusal 487, write-log cancelled, notify
  screening/proving -> admitted -> screening: nothing

  ringing-in -> refused -> ended: stop-ringtone, -ring, send-refusal 486, write-log busy, notify
  ringing-in -> accept -> connecting-in: stop-ringtone, -ring, make-offer, open-microphone, +setup
  ringing-in -> decline -> ended: stop-ringtone, -ring, send-refusal 603, write-log declined
  ringing-in -> hang-up -> ended: stop-ringtone, -ring, send-refusal 603, write-log declined
  ringing-in -> window-closed -> ended: stop-ringtone, -ring, send-refusal 603, write-log declined
  ringing-in -> alerting-failed -> ended: stop-ringtone, -ring, send-refusal 480, write-log offline, notify
  ringing-in -> cancelled -> ended: stop-ringtone, -ring, send-refusal 487, write-log cancelled, notify
  ringing-in -> peer-hung-up -> ended: stop-ringtone, -ring, answer-bye, send-refusal 487, write-log cancelled, notify
  ringing-in/silent -> alerting -> ringing-in: send-ringing
  ringing-in/offer -> accept -> connecting-in: stop-ringtone, -ring, make-answer, open-microphone, +setup
  ringing-in/making-offer -> accept -> connecting-in: stop-ringtone, -ring, open-microphone, +setup
  ringing-in/making-offer -> hang-up -> ended: stop-ringtone, close-media, -ring, send-refusal 603, write-log declined
  ringing-in/making-offer -> cancelled -> ended: stop-ringtone, close-media, -ring, send-refusal 487, write-log cancelled, notify
  ringing-in/making-offer -> peer-hung-up -> ended: stop-ringtone, close-media, -ring, answer-bye, send-refusal 487, write-log cancelled, notify
  ringing-in/making-offer -> offer-made -> ringing-in: send-prepared
  ringing-in/making-offer -> media-failed -> ringing-in: close-media
  ringing-in/offered -> accept -> connecting-in: stop-ringtone, -ring, open-microphone, +setup
  ringing-in/offered -> hang-up -> ended: stop-ringtone, close-media, -ring, send-refusal 603, write-log declined
  ringing-in/offered -> pracked -> early-in: take-answer
  ringing-in/offered -> prack-missing -> ended: stop-ringtone, close-media, -ring, send-refusal 504, write-log network-lost
  ringing-in/offered -> cancelled -> ended: stop-ringtone, close-media, -ring, send-refusal 487, write-log cancelled, notify
  ringing-in/offered -> peer-hung-up -> ended: stop-ringtone, close-media, -ring, answer-bye, send-refusal 487, write-log cancelled, notify
  ringing-in/offered -> media-failed -> ended: stop-ringtone, close-media, -ring, send-refusal 488, write-log media-failed

  early-in -> refused -> ended: stop-ringtone, close-media, -ring, send-refusal 486, write-log busy, notify
  early-in -> accept -> connecting-in: stop-ringtone, -ring, send-ok, open-microphone, +setup
  early-in -> decline -> ended: stop-ringtone, close-media, -ring, send-refusal 603, write-log declined
  early-in -> hang-up -> ended: stop-ringtone, close-media, -ring, send-refusal 603, write-log declined
  early-in -> window-closed -> ended: stop-ringtone, close-media, -ring, send-refusal 603, write-log declined
  early-in -> alerting-failed -> ended: stop-ringtone, close-media, -ring, send-refusal 480, write-log offline, notify
  early-in -> cancelled -> ended: stop-ringtone, close-media, -ring, send-refusal 487, write-log cancelled, notify
  early-in -> peer-hung-up -> ended: stop-ringtone, close-media, -ring, answer-bye, send-refusal 487, write-log cancelled, notify
  early-in -> media-connected -> early-in: -
  early-in -> media-lost -> early-in: -
  early-in -> media-failed -> ended: stop-ringtone, close-media, -ring, send-refusal 488, write-log media-failed
  early-in/silent -> alerting -> early-in: send-ringing

  connecting-in -> hang-up -> ending: close-microphone, close-media, -setup, +ack, write-log hung-up-by-me
  connecting-in -> window-closed -> ending: close-microphone, close-media, -setup, +ack, write-log hung-up-by-me
  connecting-in -> acked -> active: -setup, take-answer, +first-media
  connecting-in -> ack-missing -> ending: close-microphone, close-media, -setup, send-bye etherlynk;cause=504;text="network-lost", +bye, write-log network-lost
  connecting-in -> peer-hung-up -> ended: close-microphone, close-media, -setup, answer-bye, write-log hung-up-by-them
  connecting-in -> reinvited -> connecting-in: refuse-reinvite 500
  connecting-in -> media-connected -> connecting-in: -
  connecting-in -> media-lost -> connecting-in: -
  connecting-in -> media-failed -> ending: close-microphone, close-media, -setup, +ack, write-log media-failed
  connecting-in/prepared -> acked -> active: -setup
  connecting-in/making-offer -> hang-up -> ended: close-microphone, close-media, -setup, send-refusal 603, write-log declined
  connecting-in/making-offer -> cancelled -> ended: close-microphone, close-media, -setup, send-refusal 487, write-log cancelled, notify
  connecting-in/making-offer -> acked -> connecting-in: nothing
  connecting-in/making-offer -> ack-missing -> connecting-in: nothing
  connecting-in/making-offer -> peer-hung-up -> ended: close-microphone, close-media, -setup, answer-bye, send-refusal 487, write-log cancelled, notify
  connecting-in/making-offer -> offer-made -> connecting-in: send-ok
  connecting-in/making-offer -> media-connected -> connecting-in: nothing
  connecting-in/making-offer -> media-lost -> connecting-in: nothing
  connecting-in/making-offer -> media-failed -> ended: close-microphone, close-media, -setup, send-refusal 488, write-log media-failed
  connecting-in/making-answer -> hang-up -> ended: close-microphone, close-media, -setup, send-refusal 603, write-log declined
  connecting-in/making-answer -> cancelled -> ended: close-microphone, close-media, -setup, send-refusal 487, write-log cancelled, notify
  connecting-in/making-answer -> acked -> connecting-in: nothing
  connecting-in/making-answer -> ack-missing -> connecting-in: nothing
  connecting-in/making-answer -> peer-hung-up -> ended: close-microphone, close-media, -setup, answer-bye, send-refusal 487, write-log cancelled, notify
  connecting-in/making-answer -> answer-made -> connecting-in: send-ok
  connecting-in/making-answer -> media-connected -> connecting-in: nothing
  connecting-in/making-answer -> media-lost -> connecting-in: nothing
  connecting-in/making-answer -> media-failed -> ended: close-microphone, close-media, -setup, send-refusal 488, write-log media-failed
  connecting-in/awaiting-prack -> hang-up -> ended: close-microphone, close-media, -setup, send-refusal 603, write-log declined
  connecting-in/awaiting-prack -> pracked -> connecting-in: take-answer, send-ok
  connecting-in/awaiting-prack -> prack-missing -> ended: close-microphone, close-media, -setup, send-refusal 504, write-log network-lost
  connecting-in/awaiting-prack -> cancelled -> ended: close-microphone, close-media, -setup, send-refusal 487, write-log cancelled, notify
  connecting-in/awaiting-prack -> acked -> connecting-in: nothing
  connecting-in/awaiting-prack -> ack-missing -> connecting-in: nothing
  connecting-in/awaiting-prack -> peer-hung-up -> ended: close-microphone, close-media, -setup, answer-bye, send-refusal 487, write-log cancelled, notify
  connecting-in/awaiting-prack -> media-connected -> connecting-in: nothing
  connecting-in/awaiting-prack -> media-lost -> connecting-in: nothing
  connecting-in/awaiting-prack -> media-failed -> ended: close-microphone, close-media, -setup, send-refusal 488, write-log media-failed

  active -> hang-up -> ending: close-microphone, close-media, send-bye, +bye, write-log hung-up-by-me
  active -> window-closed -> ending: close-microphone, close-media, send-bye, +bye, write-log hung-up-by-me
  active -> hold -> active: make-offer hold, +renegotiate
  active -> resume -> active: -
  active -> peer-answered -> active: send-ack again
  active -> peer-hung-up -> ended: close-microphone, close-media, answer-bye, write-log hung-up-by-them
  active -> reinvited -> active: make-answer, +renegotiate
  active -> reinvite-accepted -> active: ack-reinvite
  active -> media-connected -> active: -
  active -> media-lost -> active: make-offer restart, +lost-media, +renegotiate
  active -> media-failed -> ending: close-microphone, close-media, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  active -> line-lost -> active: -
  active -> line-restored -> active: -
  active -> network-changed -> active: make-offer restart, +renegotiate
  active/incoming -> media-lost -> active: +lost-media, +restart
  active/opening -> media-connected -> active: -first-media
  active/opening -> media-lost -> active: -first-media, make-offer restart, +lost-media, +renegotiate
  active/lost -> media-connected -> active: -lost-media, -restart
  active/lost -> media-lost -> active: nothing
  active/lost -> line-restored -> active: -restart, make-offer restart, +renegotiate
  active/lost -> network-changed -> active: -restart, make-offer restart, +renegotiate
  active/line-down -> hold -> active: -
  active/line-down -> media-connected -> active: -lost-media
  active/line-down -> media-lost -> active: nothing
  active/line-down -> line-restored -> active: make-offer restart, +renegotiate
  active/line-down -> network-changed -> active: -
  active/making-offer -> hold -> active: -
  active/making-offer -> reinvited -> active: refuse-reinvite 491
  active/making-offer -> offer-made -> active: -renegotiate, send-reinvite, +renegotiate
  active/making-offer -> media-lost -> active: +lost-media
  active/making-offer -> network-changed -> active: -
  active/offered -> hold -> active: -
  active/offered -> reinvited -> active: refuse-reinvite 491
  active/offered -> reinvite-accepted -> held: close-microphone, -renegotiate, ack-reinvite, take-answer
  active/offered -> reinvite-rejected -> active: -renegotiate, drop-offer, +glare-retry
  active/offered -> media-lost -> active: +lost-media
  active/offered -> network-changed -> active: -
  active/offered-incoming -> hold -> active: -
  active/offered-incoming -> reinvited -> active: refuse-reinvite 491
  active/offered-incoming -> reinvite-accepted -> held: close-microphone, -renegotiate, ack-reinvite, take-answer
  active/offered-incoming -> reinvite-rejected -> active: -renegotiate, drop-offer, +glare-retry
  active/offered-incoming -> media-lost -> active: +lost-media, +restart
  active/offered-incoming -> network-changed -> active: -
  active/restarting -> hold -> active: -
  active/restarting -> reinvited -> active: refuse-reinvite 491
  active/restarting -> reinvite-accepted -> active: -renegotiate, ack-reinvite, take-answer, +restart
  active/restarting -> reinvite-rejected -> active: -renegotiate, drop-offer, +glare-retry
  active/restarting -> media-connected -> active: -lost-media
  active/restarting -> media-lost -> active: nothing
  active/restarting -> network-changed -> active: -
  active/waiting -> hold -> active: -
  active/waiting -> media-lost -> active: +lost-media
  active/waiting -> network-changed -> active: -
  active/waiting -> timer-fired -> active: -glare-retry, make-offer hold, +renegotiate
  active/making-reply -> hang-up -> ending: close-microphone, close-media, -renegotiate, refuse-reinvite 487, send-bye, +bye, write-log hung-up-by-me
  active/making-reply -> hold -> active: -
  active/making-reply -> peer-hung-up -> ended: close-microphone, close-media, -renegotiate, answer-bye, refuse-reinvite 487, write-log hung-up-by-them
  active/making-reply -> reinvited -> active: refuse-reinvite 500
  active/making-reply -> answer-made -> held: close-microphone, -renegotiate, accept-reinvite, +renegotiate
  active/making-reply -> media-lost -> active: +lost-media
  active/making-reply -> media-failed -> ending: close-microphone, close-media, -renegotiate, refuse-reinvite 487, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  active/making-reply -> network-changed -> active: -
  active/making-reply-offer -> hang-up -> ending: close-microphone, close-media, -renegotiate, refuse-reinvite 487, send-bye, +bye, write-log hung-up-by-me
  active/making-reply-offer -> hold -> active: -
  active/making-reply-offer -> peer-hung-up -> ended: close-microphone, close-media, -renegotiate, answer-bye, refuse-reinvite 487, write-log hung-up-by-them
  active/making-reply-offer -> reinvited -> active: refuse-reinvite 500
  active/making-reply-offer -> offer-made -> held: close-microphone, -renegotiate, accept-reinvite, +renegotiate
  active/making-reply-offer -> media-lost -> active: +lost-media
  active/making-reply-offer -> media-failed -> ending: close-microphone, close-media, -renegotiate, refuse-reinvite 487, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  active/making-reply-offer -> network-changed -> active: -
  active/replied -> hold -> active: -
  active/replied -> acked -> active: -renegotiate
  active/replied -> ack-missing -> ending: close-microphone, close-media, -renegotiate, send-bye etherlynk;cause=504;text="network-lost", +bye, write-log network-lost
  active/replied -> reinvited -> active: refuse-reinvite 500
  active/replied -> media-lost -> active: +lost-media
  active/replied -> network-changed -> active: -
  active/replied-offer -> hold -> active: -
  active/replied-offer -> acked -> active: -renegotiate, take-answer
  active/replied-offer -> ack-missing -> ending: close-microphone, close-media, -renegotiate, send-bye etherlynk;cause=504;text="network-lost", +bye, write-log network-lost
  active/replied-offer -> reinvited -> active: refuse-reinvite 500
  active/replied-offer -> media-lost -> active: +lost-media
  active/replied-offer -> network-changed -> active: -

  held -> hang-up -> ending: close-media, send-bye, +bye, write-log hung-up-by-me
  held -> window-closed -> ending: close-media, send-bye, +bye, write-log hung-up-by-me
  held -> hold -> held: -
  held -> resume -> held: make-offer, +renegotiate
  held -> peer-answered -> held: send-ack again
  held -> peer-hung-up -> ended: close-media, answer-bye, write-log hung-up-by-them
  held -> reinvited -> held: make-answer hold, +renegotiate
  held -> reinvite-accepted -> held: ack-reinvite
  held -> media-connected -> held: -
  held -> media-lost -> held: make-offer hold restart, +lost-media, +renegotiate
  held -> media-failed -> ending: close-media, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  held -> line-lost -> held: -
  held -> line-restored -> held: -
  held -> network-changed -> held: make-offer hold restart, +renegotiate
  held/by-them -> hold -> held: make-offer hold, +renegotiate
  held/by-them -> resume -> held: -
  held/by-them -> reinvited -> held: make-answer, +renegotiate
  held/by-them -> media-lost -> held: make-offer restart, +lost-media, +renegotiate
  held/by-them -> network-changed -> held: make-offer restart, +renegotiate
  held/lost -> media-connected -> held: -lost-media, -restart
  held/lost -> media-lost -> held: nothing
  held/lost -> line-restored -> held: -restart, make-offer hold restart, +renegotiate
  held/lost -> network-changed -> held: -restart, make-offer hold restart, +renegotiate
  held/line-down -> resume -> held: -
  held/line-down -> media-connected -> held: -lost-media
  held/line-down -> media-lost -> held: nothing
  held/line-down -> line-restored -> held: make-offer hold restart, +renegotiate
  held/line-down -> network-changed -> held: -
  held/making-offer -> resume -> held: -
  held/making-offer -> reinvited -> held: refuse-reinvite 491
  held/making-offer -> offer-made -> held: -renegotiate, send-reinvite, +renegotiate
  held/making-offer -> media-lost -> held: +lost-media
  held/making-offer -> network-changed -> held: -
  held/offered -> resume -> held: -
  held/offered -> reinvited -> held: refuse-reinvite 491
  held/offered -> reinvite-accepted -> active: -renegotiate, ack-reinvite, take-answer, open-microphone
  held/offered -> reinvite-rejected -> held: -renegotiate, drop-offer, +glare-retry
  held/offered -> media-lost -> held: +lost-media
  held/offered -> network-changed -> held: -
  held/making-reply -> hang-up -> ending: close-media, -renegotiate, refuse-reinvite 487, send-bye, +bye, write-log hung-up-by-me
  held/making-reply -> resume -> held: -
  held/making-reply -> peer-hung-up -> ended: close-media, -renegotiate, answer-bye, refuse-reinvite 487, write-log hung-up-by-them
  held/making-reply -> reinvited -> held: refuse-reinvite 500
  held/making-reply -> answer-made -> held: -renegotiate, accept-reinvite, +renegotiate
  held/making-reply -> media-lost -> held: +lost-media
  held/making-reply -> media-failed -> ending: close-media, -renegotiate, refuse-reinvite 487, send-bye etherlynk;cause=488;text="media-failed", +bye, write-log media-failed
  held/making-reply -> network-changed -> held: -
  held/replied -> resume -> held: -
  held/replied -> acked -> held: -renegotiate
  held/replied -> ack-missing -> ending: close-media, -renegotiate, send-bye etherlynk;cause=504;text="network-lost", +bye, write-log network-lost
  held/replied -> reinvited -> held: refuse-reinvite 500
  held/replied -> media-lost -> held: +lost-media
  held/replied -> network-changed -> held: -

  ending -> peer-answered -> ending: send-ack again
  ending -> peer-hung-up -> ended: -bye, answer-bye
  ending -> bye-answered -> ended: -bye
  ending -> reinvited -> ending: refuse-reinvite 487
  ending -> reinvite-accepted -> ending: ack-reinvite
  ending/cancel -> peer-answered -> ending: -cancel, send-ack refusal, send-bye, +bye
  ending/cancel -> rejected -> ended: -cancel
  ending/cancel -> peer-hung-up -> ending: answer-bye
  ending/cancel -> bye-answered -> ending: nothing
  ending/cancel-unsent -> provisional -> ending: send-cancel
  ending/cancel-unsent -> peer-ringing -> ending: send-cancel
  ending/cancel-unsent -> peer-prepared -> ending: send-cancel
  ending/cancel-unsent -> peer-answered -> ending: -cancel, send-ack refusal, send-bye, +bye
  ending/cancel-unsent -> rejected -> ended: -cancel
  ending/cancel-unsent -> peer-hung-up -> ending: answer-bye
  ending/cancel-unsent -> bye-answered -> ending: nothing
  ending/ack -> peer-answered -> ending: send-ack refusal, send-bye SIP;cause=200;text="Call completed elsewhere"
  ending/ack -> acked -> ending: -ack, send-bye, +bye
  ending/ack -> ack-missing -> ending: -ack, send-bye, +bye
  ending/ack -> peer-hung-up -> ended: -ack, answer-bye
  ending/ack -> bye-answered -> ending: nothing

  ended -> peer-answered -> ended: send-ack again
  ended -> peer-hung-up -> ended: answer-bye
  ended -> reinvited -> ended: refuse-reinvite 481
  ended -> reinvite-accepted -> ended: ack-reinvite

  resolving -> line-lost -> resolving: -
  resolving -> line-restored -> resolving: -
  inviting -> line-lost -> inviting: -
  inviting -> line-restored -> inviting: -
  ringing-out -> line-lost -> ringing-out: -
  ringing-out -> line-restored -> ringing-out: -
  early-out -> line-lost -> early-out: -
  early-out -> line-restored -> early-out: -
  connecting-out -> line-lost -> connecting-out: -
  connecting-out -> line-restored -> connecting-out: -
  yielding -> line-lost -> yielding: -
  yielding -> line-restored -> yielding: -
  screening -> line-lost -> screening: -
  screening -> line-restored -> screening: -
  ringing-in -> line-lost -> ringing-in: -
  ringing-in -> line-restored -> ringing-in: -
  early-in -> line-lost -> early-in: -
  early-in -> line-restored -> early-in: -
  connecting-in -> line-lost -> connecting-in: -
  connecting-in -> line-restored -> connecting-in: -
`);

export interface Branch {
  /** As the test is called: `ringing-in->accept->connecting-in`. */
  readonly name: string;
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly effects: string;
}

function parse(table: string): readonly Branch[] {
  return table
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "")
    .map(line => {
      const [, from = "", event = "", to = "", effects = ""] =
        /^(\S+) -> (\S+) -> (\S+): (.+)$/.exec(line) ?? [];
      return { name: `${from}->${event}->${to}`, from, event, to, effects };
    });
}
