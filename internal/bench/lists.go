package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/worklist"
)

const (
	listSeeds     = 3907 // callbacks planned by the product itself …
	listDoublings = 8    // … and doubled to 1,000,192 rows, a quarter of them open
	listTries     = 7    // of each list; the middle one counts
	bulkRows      = 10_000
)

var (
	surnames   = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
	givenNames = []rune("伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉力玲玉兰志红梅健鹏")
)

// lists measures the work list at 1,000,000 callbacks, a quarter of them open: how long the slowest page takes of those that are narrowed
// by one thing, in each order; of those that several things narrow within the usual days; and of searches. The limit is the bare SQL of the
// first page in the order of an index. The last figure is an act on 10,000 callbacks, and its limit what writing them alone would take.
func lists(ctx context.Context, b bench) (_ []figure, err error) {
	a, closeAll, err := b.open(ctx, app.Parts{Work: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	if err := fillLists(ctx, a); err != nil {
		return nil, err
	}
	boss := account.Viewer{UserID: 1, Role: account.Supervisor}
	bare, err := middle(func() error { return bareList(ctx, a.DB) })
	if err != nil {
		return nil, err
	}
	var figures []figure
	for _, kind := range []struct {
		name  string
		lists map[string]worklist.Filter
	}{{"lists-one", onesOf(ctx, a)}, {"lists-several", severalOf(ctx, a)}, {"lists-search", searches()}} {
		worst := 0.0
		for _, name := range slices.Sorted(keysOf(kind.lists)) {
			f := kind.lists[name]
			f.Limit = 51
			took, err := middle(func() error {
				_, err := a.Worklist.List(ctx, boss, f)
				return err
			})
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(os.Stderr, "bench: %s by %s: %.1f ms\n", kind.name, name, took)
			worst = max(worst, took)
		}
		figures = append(figures, figure{kind.name + "/" + b.name, worst, "ms", bare})
	}
	many, err := actOnMany(ctx, a, boss)
	if err != nil {
		return nil, err
	}
	return append(figures, figure{"lists-bulk/" + b.name, many, "callbacks/s", bulkRows}), nil
}

// middle returns how long something takes in milliseconds: of several tries the middle one.
func middle(do func() error) (float64, error) {
	took := make([]time.Duration, listTries)
	for i := range took {
		began := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return float64(took[listTries/2].Microseconds()) / 1000, nil
}

func keysOf(m map[string]worklist.Filter) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// onesOf are lists that one thing narrows, in each order.
func onesOf(ctx context.Context, a *app.App) map[string]worklist.Filter {
	team := teamOf(ctx, a)
	all := map[string]worklist.Filter{"closed": {Set: worklist.Closed}, "any": {Set: worklist.Any}}
	for _, sort := range worklist.Sorts() {
		for name, f := range map[string]worklist.Filter{
			"nothing": {}, "kind": {Kind: callback.ComplaintKind}, "a rare kind": {Kind: callback.RecoveryKind},
			"waiting": {State: callback.Waiting}, "in hand": {Held: true}, "overdue": {Overdue: true},
			"reason":        {Reason: callback.ReasonPlanned, Set: worklist.Open},
			"a rare reason": {Reason: callback.ReasonPaused, Set: worklist.Open},
			"caller":        {CallerID: 7}, "team": {TeamID: team}, "source": {SourceID: 1}, "a source nobody has": {SourceID: 99},
			"category": {Category: "类别0"}, "a rare category": {Category: "类别97"},
		} {
			f.Sort = sort
			all[name+", "+string(sort)] = f
		}
	}
	return all
}

// severalOf are lists that several things narrow, within the usual days.
func severalOf(ctx context.Context, a *app.App) map[string]worklist.Filter {
	now := clock.System()
	team := teamOf(ctx, a)
	all := map[string]worklist.Filter{}
	for _, sort := range worklist.Sorts() {
		for name, f := range map[string]worklist.Filter{
			"team, kind":                     {TeamID: team, Kind: callback.ComplaintKind},
			"team, category":                 {TeamID: team, Category: "类别3"},
			"kind, category, source":         {Kind: callback.ComplaintKind, Category: "类别5", SourceID: 1},
			"kind, category, state, overdue": {Kind: callback.ComplaintKind, Category: "类别2", State: callback.Waiting, Overdue: true},
			"caller, category":               {CallerID: 7, Category: "类别1"},
			"state, team, rare category":     {State: callback.Ready, TeamID: team, Category: "类别90"},
		} {
			f.Sort, f.Of, f.To = sort, worklist.DueIn, now.Add(7*24*time.Hour)
			all[name+", "+string(sort)] = f
		}
	}
	return all
}

func searches() map[string]worklist.Filter {
	all := map[string]worklist.Filter{}
	for name, text := range map[string]string{
		"last four": "0042", "more digits": "10042", "a surname": "王", "two first": "王伟", "the last": "强", "the two last": "伟强",
		"nobody's name": "欧阳龘", "the beginning of all tickets": "T-", "of some tickets": "T-12", "of one ticket": "T-1234-",
	} {
		all[name] = worklist.Filter{Search: text}
		all[name+", open"] = worklist.Filter{Search: text, Set: worklist.Open}
	}
	return all
}

func teamOf(ctx context.Context, a *app.App) int64 {
	teams, err := a.Accounts.Teams(ctx)
	if err != nil || len(teams) == 0 {
		return 0
	}
	return teams[0].ID
}

// fillLists plans callbacks about contacts as various as a centre's, makes most of them history, and multiplies them.
func fillLists(ctx context.Context, a *app.App) error {
	now := clock.System()
	zone := openZone(now)
	seeds := severeContacts(now, zone, listSeeds)
	for i := range seeds {
		in := &seeds[i]
		in.ExternalID = fmt.Sprintf("T-%d", i)
		in.Customer.Name = string([]rune{
			surnames[i*7%len(surnames)], givenNames[i*11%len(givenNames)], givenNames[i*i%len(givenNames)],
		})
		in.Category = fmt.Sprintf("类别%d", i%10*(i%10)+i%17*(i%3)) // a few have most
		in.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "agent", Team: fmt.Sprintf("team %d", i%openTeams)}}
		in.Complaint = new(i%5 == 0)
	}
	for n, name := range []string{"bench", "pbx", "shop"} {
		source, err := a.Contacts.EnsureSource(ctx, name)
		if err != nil {
			return err
		}
		var own []contact.Input
		for i := range seeds {
			if min(i%20, 2) == n {
				own = append(own, seeds[i])
			}
		}
		for part := range slices.Chunk(own, 2000) {
			if err := take(ctx, a, source.ID, part); err != nil {
				return err
			}
		}
	}
	if err := a.WaitIdle(ctx); err != nil {
		return err
	}
	if err := ageCallbacks(ctx, a.DB, now); err != nil {
		return err
	}
	times := listDoublings
	if os.Getenv("AFTERCALL_BENCH_SMALL") != "" {
		times = 4
	}
	return double(ctx, a.DB, times)
}

// actOnMany changes the urgency of 10,000 callbacks and takes that back, and returns how many a second are handled.
func actOnMany(ctx context.Context, a *app.App, boss account.Viewer) (float64, error) {
	found, err := a.Worklist.Each(ctx, boss, worklist.Filter{State: callback.Ready}, bulkRows)
	if err != nil {
		return 0, err
	}
	ids := make([]int64, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	began := time.Now()
	act, err := a.Bulk.Begin(ctx, boss, ids, callback.Act{Kind: callback.ActReassign, Why: "measured"})
	if err == nil {
		err = untilOver(ctx, a, act.ID)
	}
	if err == nil {
		_, err = a.Bulk.Undo(ctx, boss, act.ID)
	}
	if err == nil {
		err = untilOver(ctx, a, act.ID)
	}
	if err != nil {
		return 0, err
	}
	report, err := a.Bulk.Report(ctx, account.Viewer{Role: account.Admin}, act.ID)
	fmt.Fprintf(os.Stderr, "bench: of %d callbacks %d were handled and put back, %d were put back not\n", len(ids),
		report.Counts[bulk.RowUndone], report.Counts[bulk.RowKept])
	return float64(2*len(ids)) / time.Since(began).Seconds(), err
}

func untilOver(ctx context.Context, a *app.App, actID int64) error {
	for {
		report, err := a.Bulk.Report(ctx, account.Viewer{Role: account.Admin}, actID)
		if err != nil || report.Act.Over() {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}
