package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/tasks/decision"
)

func (c *cli) decisionsCommand() *cobra.Command {
	var from, to string
	var asJSON bool
	summary := &cobra.Command{
		Use:   "summary",
		Short: "Show resolved = planned + skipped by reason, for each kind of follow-up",
		Example: `  aftercall decisions summary
  aftercall decisions summary --from 2026-11-01 --to 2026-11-30 --json`,
		Args: cobra.NoArgs,
		RunE: c.withDays(&from, &to, func(ctx context.Context, a *app.App, first, last clock.Day) error {
			var start, end clock.Instant
			if first != 0 {
				start = first.Start(a.Figures.Zone())
			}
			if last != 0 {
				end = (last + 1).Start(a.Figures.Zone())
			}
			s, err := a.Decisions.Summary(ctx, operator(), start, end)
			if err != nil {
				return err
			}
			if asJSON {
				return c.printJSON(s)
			}
			if err := c.printSummary(s); err != nil {
				return err
			}
			waiting, err := a.Flow.Waiting(ctx, operator(), start, end)
			if err != nil {
				return err
			}
			return printWaiting(c.stdout, flow.Waiting{Undecided: waiting.Undecided})
		}),
	}
	addDays(summary, &from, &to)
	summary.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return group("decisions", "What follow-up was decided, and why not", "  aftercall decisions summary", summary)
}

// withDays is with for commands over a range of days; both ends may be open.
func (c *cli) withDays(
	from, to *string, act func(ctx context.Context, a *app.App, first, last clock.Day) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		first, err := parseDay("from", *from)
		if err != nil {
			return err
		}
		last, err := parseDay("to", *to)
		if err != nil {
			return err
		}
		return c.with(func(ctx context.Context, a *app.App, _ []string) error { return act(ctx, a, first, last) })(cmd, args)
	}
}

func addDays(cmd *cobra.Command, from, to *string) {
	cmd.Flags().StringVar(from, "from", "", "first day, YYYY-MM-DD (default the beginning)")
	cmd.Flags().StringVar(to, "to", "", "last day, included (default the end)")
}

// parseDay reads YYYY-MM-DD; "" is day 0.
func parseDay(name, text string) (clock.Day, error) {
	if text == "" {
		return 0, nil
	}
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fault.InvalidFields(fault.Field{Name: name, Code: "not_a_date", Problem: "is no date like 2026-11-22", Value: text})
	}
	return clock.DayFrom(date.Date()), nil
}

func (c *cli) printSummary(s decision.Summary) error {
	t := newTable(c.stdout)
	for _, k := range s.Kinds {
		t.row(k.Kind, "resolved", k.Resolved)
		t.row("", "= planned", k.Planned, fates(k))
		for _, r := range k.Skipped {
			t.row("", "+ skipped: "+string(r.Reason), r.Count)
		}
		if k.Undecided > 0 {
			t.row("", "+ not decided yet", k.Undecided)
		}
	}
	return t.flush()
}

// fates says what became of the planned ones.
func fates(k decision.KindSummary) string {
	parts := make([]string, len(k.Fate))
	for i, f := range k.Fate {
		parts[i] = thousands(f.Count) + " " + string(f.Reason)
	}
	return strings.Join(parts, ", ")
}

// printWaiting says what is not in the numbers yet, and who puts it there.
func printWaiting(out io.Writer, w flow.Waiting) error {
	const doers = ": `aftercall serve` or `aftercall work` does it\n"
	for _, note := range []struct {
		n            int
		one, several string
	}{
		{w.Undecided, "1 resolution waits to be decided" + doers, "%s resolutions wait to be decided" + doers},
		{w.Answers, "1 answer waits to be scored" + doers, "%s answers wait to be scored" + doers},
		{w.Entries, "1 entry is counted and not folded yet" + doers, "%s entries are counted and not folded yet" + doers},
	} {
		text := note.one
		if note.n == 0 {
			continue
		}
		if note.n > 1 {
			text = fmt.Sprintf(note.several, thousands(note.n))
		}
		if _, err := fmt.Fprint(out, text); err != nil {
			return err
		}
	}
	return nil
}

func (c *cli) scoresCommand() *cobra.Command {
	return group("scores", "Satisfaction and its sums", "  aftercall scores show --metric csat --by channel",
		c.scoresShowCommand(), c.scoresVerifyCommand())
}

func (c *cli) scoresShowCommand() *cobra.Command {
	var metric, by, from, to string
	var asJSON, empty bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show a score with its count and interval, whole and broken down",
		Long: "show prints csat, nps, ces, solved, evaluation_rate, coverage, resolved, invited, delivered or unresolved, " +
			"and its\nbreakdown by " + strings.Join(figures.Breakdowns(), ", ") + ".\n" +
			"Days, weeks and months without anything counted are left out unless --empty is given. What waits to be decided, scored\n" +
			"or folded is said below the figures. docs/scores.md has the definitions.",
		Example: "  aftercall scores show --metric csat --by channel --from 2026-11-01 --to 2026-11-30 --json\n" +
			"  aftercall scores show --metric nps --by week --empty",
		Args: cobra.NoArgs,
		RunE: c.withDays(&from, &to, func(ctx context.Context, a *app.App, first, last clock.Day) error {
			m, err := figures.ParseMetric(metric)
			if err != nil {
				return asUsage(err)
			}
			q := figures.Query{Metric: m, From: first, To: last, Empty: empty, Viewer: operator()}
			if err := openEnds(ctx, a, &q); err != nil {
				return err
			}
			report, err := a.Flow.ScoreReport(ctx, q, by)
			if err != nil {
				return asUsage(err)
			}
			out, notes := c.printReport, c.stdout
			if asJSON { // what a program reads holds the report alone
				out, notes = func(r figures.Report) error { return c.printJSON(r) }, c.stderr
			}
			if err := out(report); err != nil {
				return err
			}
			waiting, err := a.Flow.Waiting(ctx, operator(), 0, 0)
			if err != nil {
				return err
			}
			return printWaiting(notes, waiting)
		}),
	}
	cmd.Flags().StringVar(&metric, "metric", "csat", "what to show")
	cmd.Flags().StringVar(&by, "by", "all", "what to break it down by: "+strings.Join(figures.Breakdowns(), ", "))
	addDays(cmd, &from, &to)
	cmd.Flags().BoolVar(&empty, "empty", false, "with days, weeks and months without anything counted")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// openEnds fills the end of a range that was left open in with the first or last day there is.
func openEnds(ctx context.Context, a *app.App, q *figures.Query) error {
	if q.From != 0 && q.To != 0 || q.From == 0 && q.To == 0 { // a report opens both ends itself
		return nil
	}
	first, last, err := a.Figures.Span(ctx, q.Metric)
	if err != nil {
		return err
	}
	if q.From == 0 {
		q.From = min(first, q.To)
	} else {
		q.To = max(last, q.From)
	}
	return nil
}

func (c *cli) printReport(r figures.Report) error {
	fmt.Fprintf(c.stdout, "%s, %s to %s, %s, as of %s\n", r.Metric, r.From, r.To, r.Zone, r.AsOf)
	t := newTable(c.stdout)
	t.row(strings.ToUpper(r.By), "N", "VALUE", "95% INTERVAL", "MEAN", "LOW", "MID", "HIGH")
	printFigure(t, "all", r.Total)
	for _, row := range r.Rows {
		printFigure(t, rowName(r.By, row), row.Figure)
	}
	if err := t.flush(); err != nil || r.Total.Unresolved == 0 {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "counted apart: answers about contacts that are not resolved: %s\n",
		thousands(int(r.Total.Unresolved)))
	return err
}

// rowName is what a row is called; one of nobody says so.
func rowName(by string, row figures.Row) string {
	switch {
	case row.Name != "":
		return row.Name
	case row.Member == "", row.Member == figures.IDMember(0) && figures.Dimension(by).Named():
		return "(no " + by + ")"
	}
	return row.Member
}

func printFigure(t table, name string, f figures.Figure) {
	value, interval, mean := "–", "–", "–"
	if f.Value != nil {
		value = fmt.Sprintf("%.2f", f.Value.Value)
		if f.Value.Interval != nil {
			interval = fmt.Sprintf("%.2f – %.2f", f.Value.Interval.Lower, f.Value.Interval.Upper)
		}
	}
	if f.Mean != nil {
		mean = fmt.Sprintf("%.3f", f.Mean.Value)
	}
	t.row(name, f.N, value, interval, mean, f.Low, f.Mid, f.High)
}

func (c *cli) scoresVerifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Recompute every score from raw answers; exit code 1 on any difference",
		Example: `  aftercall scores verify
  aftercall scores verify --json`,
		Args: cobra.NoArgs,
		RunE: c.with(func(ctx context.Context, a *app.App, _ []string) error {
			wrong, err := a.Flow.VerifyScores(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				if wrong == nil {
					wrong = []figures.Mismatch{}
				}
				err = c.printJSON(map[string]any{"differences": wrong})
			} else {
				err = c.printDifferences(wrong)
			}
			if err == nil && len(wrong) > 0 {
				err = errReported
			}
			return err
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *cli) printDifferences(wrong []figures.Mismatch) error {
	for _, m := range wrong {
		if _, err := fmt.Fprintln(c.stdout, m); err != nil {
			return err
		}
	}
	if len(wrong) == 0 {
		_, err := fmt.Fprintln(c.stdout, "all scores equal their raw answers")
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "%d sums differ\n", len(wrong))
	return err
}
