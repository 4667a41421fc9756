"""The line: how a change made at one Jira comes to show at the other.

Two companies each run this same code, in one deployment or in two. What follows is told from our side; the partner's is
its mirror image.

::

     OUR SIDE                                                        THE PARTNER'S SIDE (same code)

 Jira ──webhook──▶ web/webhooks ──▶ [touched_issue]                        web/partner ──▶ [inbox]
                        │ wake                                              ▲    │ wake
                        ▼                                                   │    ▼
                 sync/engine.observe                                        │  sync/engine.receive
   jira/reader ─▶ detection ─▶ outbound ─▶ [outbox] ─▶ engine.deliver ─▶ transport   inbound ─▶ apply ──▶ Jira
     snapshot      change       replica     sequence        batch          HTTP       plan        writes
                                                                                        │
                                         (ack: an empty message, on the same rails back)◀┘

**A webhook is a hint.** It says that an issue changed, perhaps twice, perhaps late. ``web/webhooks`` commits one row
that names the issue, wakes a worker and answers. What changed is found by reading the issue: ``pairing`` looks
whether it gets a twin, ``engine.observe`` reads it and compares it with the *base*, the last values settled with the
partner. No difference means nothing to say: our own echo, a duplicate, a field nobody mapped.

**A difference becomes a message.** ``outbound`` keeps what the rules let out, and in one transaction the message gets
the link's next sequence in the outbox and the base moves to what was sent. From here on nothing can be lost: the row
is there until the partner has applied it, and Redis, which only carries wake-ups, may forget everything.

**Messages arrive in order, once.** ``engine.deliver`` hands over from the first message not yet stored over there.
The receiver takes the sequence it expects, skips older ones and names the one it misses. One worker at a time works
on a link: the lease is a column of its row, taken by compare-and-set and checked before every write to Jira, so that
a worker that slept too long cannot write.

**Applying is planning afresh.** ``engine.receive`` folds what waits into one plan: of each part the last word, of
sets the additions and removals. It never replays an older plan, for the issue may have moved on. Before each write
its intent is stored, after it the base takes the value Jira *answers*, not the one we meant: where a site trims or
rewrites text, the read-back is what its next webhook will show, so our own write never looks like somebody's edit.

**What if a worker dies** after the Jira write and before the commit? The inbox row is still there with its intent.
The next worker does not observe first (it would take our write for a user's edit) but recovers: it reads the issue
and its changelog and compares them with what was intended. A value that says what we meant is ours and is settled, and
so is one that somebody has changed since we wrote it; a comment of ours is known by its entity property; an issue of
ours is searched by the link's key, after waiting, twice, and only then created again. Then everything is planned
afresh, and what is done already needs no write. Once all fields of a message are written it counts as seen, though
comments of it may still be left: who edits the issue from then on knows what was written there.

**What if a database comes back from a backup?** It has forgotten what it told, stored and wrote. Whoever sees what only
forgetting explains, in a message, a state or our own Jira, begins an *epoch* (``epoch``): both ends forget their
messages and bases, read every linked issue and tell all of it, and what we created is known by its entity property
(``renewal``). What a partner took and forgot is handed over again after an hour (``queue.remind``).

**Both sides at once.** Every message says what its sender had *seen*: the last of the receiver's sequences applied
when it was made. A part that we changed in a message the partner had not seen was changed on both sides at the same
time. The row's policy decides, the same at both ends, so both come to the same value; the conflict log keeps the
loser. Different parts never conflict, sets are merged element by element, a comment belongs to its author's side.

**An issue may become another kind of issue.** A look that finds it under another mapping's pair moves the link there
(``following``); the next message names that mapping, and the partner's issue is made into its pair (``becoming``).

**Failures are verdicts** (``addon.errors``), decided once, at the client that met them. *Retryable* stores a back-off
on whom it concerns (our Jira: the tenant; the partner: the synchronization; else the link) and moves nothing.
*Blocked* stops this link at this message until a person mends something, tells the partner why, and leaves all other
links alone.

**The ack** is an empty message on the same rails: "applied up to ``seen``", with our issue's key and status for the
partner's panel, or with the problem in words. Acks are never answered, so there is no ping-pong.

Where to read on: ``engine`` (the order of things), then ``detection``, ``outbound``, ``inbound`` (pure: values in,
values out), ``apply`` (the writes), ``pairing`` (who gets a twin), ``inbox`` and ``transport`` (the rails),
``handshake`` (how two sites agree), ``processors`` (one kind of value each).
"""
