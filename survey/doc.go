// Package survey asks customers what they thought, and keeps what they said.
//
// A questionnaire is published as an immutable version: what a question meant when it was answered never changes. For a
// resolution, an invitation carries one version over one channel to one customer, with a link only they have. What comes back is
// a response: answers in revisions, of which the latest inside the edit window counts.
//
//	           ┌─refused for now─┐
//	           ▼                 │
//	Invite ► planned ────────► sending ──accepted──► sent ──receipt──► delivered
//	           │                 │ ├──refused for good──► failed
//	           │                 │ └──nobody knows──────► uncertain ──the customer answers──► delivered
//	           │                 └────reopened─────────►   │  (the doubt stays, beside the reason)
//	           └──not wanted any more──► cancelled ◄───────┴──accepted after all
//
// A message whose fate nobody knows is never sent again: a second survey for one problem is worse than a missed one. Whatever is wanted
// by then, the next try of a survey first brings to its end what the last one left: planned and sending are never the end.
//
// An invitation that was sent may have one reminder, with the same link over the same channel. Whether it is still wanted is looked
// at when it is due: not after an answer, a reopening, a refusal or the expiry.
//
//	           ┌─refused for now─┐
//	           ▼                 │
//	(sent) ► planned ──Remind──► sending ──accepted──► sent
//	           │                 ├──refused for good──► failed
//	           │                 └──nobody knows──────► uncertain
//	           └──not wanted any more──► cancelled
//
// Every answer is written in one transaction with its score entries, its consent events and the job that tells the other
// features. Reading a link writes nothing: mail scanners open links too.
package survey
