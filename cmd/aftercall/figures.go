package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
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
			return c.printSummary(s)
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
		t.row("", "= planned", k.Planned)
		for _, r := range k.Skipped {
			t.row("", "+ skipped: "+string(r.Reason), r.Count)
		}
		if k.Undecided > 0 {
			t.row("", "+ not decided yet", k.Undecided)
		}
	}
	return t.flush()
}

func (c *cli) scoresCommand() *cobra.Command {
	return group("scores", "Satisfaction and its sums", "  aftercall scores show --metric csat --by channel",
		c.scoresShowCommand(), c.scoresVerifyCommand())
}

func (c *cli) scoresShowCommand() *cobra.Command {
	var metric, by, from, to string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show a score with its count and interval, whole and broken down",
		Long: "show prints csat, nps, ces, solved, evaluation_rate, coverage, resolved, invited or delivered, " +
			"and its breakdown by agent, team,\n" +
			"channel, category, product, severity, source, day, week or month. docs/scores.md has the definitions.",
		Example: "  aftercall scores show --metric csat --by channel --from 2026-11-01 --to 2026-11-30 --json",
		Args:    cobra.NoArgs,
		RunE: c.withDays(&from, &to, func(ctx context.Context, a *app.App, first, last clock.Day) error {
			m, err := figures.ParseMetric(metric)
			if err != nil {
				return asUsage(err)
			}
			q := figures.Query{Metric: m, From: first, To: last, Viewer: operator()}
			if err := openEnds(ctx, a, &q); err != nil {
				return err
			}
			report, err := a.Flow.ScoreReport(ctx, q, by)
			if err != nil {
				return asUsage(err)
			}
			if asJSON {
				return c.printJSON(report)
			}
			return c.printReport(report)
		}),
	}
	cmd.Flags().StringVar(&metric, "metric", "csat", "what to show")
	cmd.Flags().StringVar(&by, "by", "all", "what to break it down by")
	addDays(cmd, &from, &to)
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
		name := row.Name
		if name == "" {
			name = row.Member
		}
		printFigure(t, name, row.Figure)
	}
	return t.flush()
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
