// Package queue carries the jobs of internal/outbox to their handlers over asynq. It is machinery and knows no feature: it is
// given a map from kind to Handler.
//
// The row is the truth and Redis is only a wake-up call, so Redis may lose everything at any time:
//
//	          relay: mark, commit, push                 worker: call the handler
//	due ─────────────────────────────► queued ─────────────────────────────────► done (in the use case's own transaction)
//	 ▲                                  │  ▲
//	 │ failed: later, one attempt more  │  └── sweep: pushed again when its lease has passed and Redis does not know it,
//	 └──────────────────────────────────┤      or at once when the epoch key shows that Redis lost its memory
//	                                    └────► dead, after outbox.MaxAttempts failures or one that cannot be mended
//
// A task's id in Redis is "<job>:<attempt>", so that pushing again what is still there changes nothing. Every lane has its own
// asynq queue, its own asynq servers and its own bounded window of jobs in Redis, so that slow sending never holds up a recovery.
//
// Nothing polls for work of this process: the commit that adds a job wakes the relay (database.Tx.Notify), and a push wakes the servers
// of asynq, whose client keeps the answer "no task" back until then (fetch.go, wakeup.go).
//
// Retries of a job that failed live in its row. asynq's own retries are for the infrastructure only: a worker that died. A process
// without its database, or a lane without what it needs, fetches nothing and hands back what it holds, uncounted (gate.go).
package queue
