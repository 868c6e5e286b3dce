package main

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/contact"
	"aftercall/internal/realtest"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// rawRow is a resolved row of a file, read without aftercall.
type rawRow struct {
	category, severity, email string
	resolved                  time.Time
}

// rawRows reads the resolved rows of a CSV file.
func rawRows(t *testing.T, path string, row func(func(column string) string) (rawRow, bool)) []rawRow {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []rawRow
	for _, record := range records[1:] {
		if found, ok := row(func(column string) string { return record[slices.Index(records[0], column)] }); ok {
			rows = append(rows, found)
		}
	}
	return rows
}

// counted is what was, or should have been, decided: kind, rule and reason; the reason of a planned one is empty.
type counted map[[3]string]int

// naive counts what a policy should decide about raw rows, by rules written once more here. A row gets its rule and reason for each
// kind; what is wanted is then refused where the row has no address for it.
func naive(t *testing.T, rows []rawRow, decide func(r rawRow, all []rawRow) (callback, survey [2]string)) counted {
	t.Helper()
	newest := slices.MaxFunc(rows, func(a, b rawRow) int { return a.resolved.Compare(b.resolved) }).resolved
	counts := counted{}
	for _, r := range rows {
		age := newest.Sub(r.resolved)
		if age > 7*24*time.Hour-20*time.Minute && age < 7*24*time.Hour {
			t.Fatalf("a row is too near to seven days: %v", age)
		}
		callback, survey := [2]string{"too_old", "too_old"}, [2]string{"too_old", "too_old"}
		if age < 7*24*time.Hour {
			callback, survey = decide(r, rows)
		}
		if callback[1] == "" {
			callback[1] = "no_address" // neither file has phone numbers
		}
		if survey[1] == "" && r.email == "" {
			survey[1] = "no_address"
		}
		counts[[3]string{"callback", callback[0], callback[1]}]++
		counts[[3]string{"survey", survey[0], survey[1]}]++
	}
	return counts
}

func naiveDefault(r rawRow, _ []rawRow) (callback, survey [2]string) {
	callback = [2]string{"no_callback", "not_needed"}
	if r.severity == "High" || r.severity == "Critical" {
		callback = [2]string{"severe", ""}
	}
	return callback, [2]string{"survey", ""}
}

// naiveSample leaves the sample itself out: who is in it is counted by its salt.
func naiveSample(r rawRow, _ []rawRow) (callback, survey [2]string) {
	billing := r.category == "Billing inquiry" || r.category == "Refund request" || r.category == "Noise - Residential"
	switch {
	case billing && (r.severity == "High" || r.severity == "Critical"):
		callback = [2]string{"billing", ""}
	case r.severity == "Critical":
		callback = [2]string{"critical", ""}
	default:
		callback = [2]string{"no_callback", "not_needed"}
	}
	return callback, [2]string{"quarter", ""}
}

func naiveRepeats(r rawRow, all []rawRow) (callback, survey [2]string) {
	for _, other := range all {
		if r.email != "" && strings.EqualFold(other.email, r.email) && other.resolved.Before(r.resolved) &&
			r.resolved.Sub(other.resolved) <= 48*time.Hour {
			return [2]string{"repeat", ""}, [2]string{"repeat", "not_needed"}
		}
	}
	return [2]string{"nothing_else", "not_needed"}, [2]string{"nothing_else", "not_needed"}
}

// with runs a function on the installation's services.
func (sh shell) with(use func(ctx context.Context, a *app.App)) {
	sh.t.Helper()
	ctx := sh.t.Context()
	a, err := app.New(ctx, sh.config(), app.Parts{}, slog.New(slog.DiscardHandler))
	if err != nil {
		sh.t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
			sh.t.Error(err)
		}
	}()
	use(ctx, a)
}

// publish puts a policy of the documents in force.
func (sh shell) publish(name string) {
	sh.t.Helper()
	body, err := os.Open(example(filepath.Join("policies", name+".yaml")))
	if err != nil {
		sh.t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	admin := account.Viewer{Role: account.Admin}
	sh.with(func(ctx context.Context, a *app.App) {
		draft, err := a.Policies.Import(ctx, admin, body)
		if err != nil {
			sh.t.Fatal(err)
		}
		if _, err := a.Policies.Publish(ctx, admin, draft.ID, draft.Revision, name); err != nil {
			sh.t.Fatal(err)
		}
	})
}

// counts reads every decision, and counts who is in a sample of a quarter by the salt and the ids.
func (sh shell) counts() (got counted, sampled int) {
	sh.t.Helper()
	got = counted{}
	sh.with(func(ctx context.Context, a *app.App) {
		g := a.DB.View(ctx).Gorm()
		var decisions []decision.Decision
		if err := g.Find(&decisions).Error; err != nil {
			sh.t.Fatal(err)
		}
		for _, d := range decisions {
			reason := string(d.Reason)
			if d.Rule == "quarter" {
				if d.ProbabilityPPM != 250_000 {
					sh.t.Errorf("decision %d keeps a probability of %d ppm", d.ID, d.ProbabilityPPM)
				}
				if d.Reason == policy.ReasonNotSampled {
					reason = "not_sampled"
				}
			}
			got[[3]string{string(d.Kind), string(d.Rule), reason}]++
		}
		var hexSalt string
		if err := g.Raw("SELECT salt FROM policies WHERE version = (SELECT MAX(version) FROM policies)").Scan(&hexSalt).Error; err != nil {
			sh.t.Fatal(err)
		}
		salt, err := hex.DecodeString(hexSalt)
		if err != nil || len(salt) != 16 {
			sh.t.Fatalf("the salt has %d bytes, %v", len(salt), err)
		}
		var resolutions []contact.Resolution
		if err := g.Find(&resolutions).Error; err != nil {
			sh.t.Fatal(err)
		}
		for _, r := range resolutions {
			if time.Since(r.ResolvedAt.Time()) > 7*24*time.Hour {
				continue
			}
			sum := sha256.Sum256(binary.BigEndian.AppendUint64(slices.Clone(salt), uint64(r.ID)))
			if float64(binary.BigEndian.Uint64(sum[:8]))/math.Exp2(64) < 0.25 {
				sampled++
			}
		}
	})
	return got, sampled
}

// Two public data sets under three policies: every resolution has one decision of each kind, the sums add up, and every count is
// the one that a few lines over the raw file give.
func TestRealDataUnderThreePoliciesIsWhatANaiveCountSays(t *testing.T) {
	tickets := realtest.File(t, "data", "support-tickets", "customer_support_tickets.csv.gz")
	requests := realtest.File(t, "data", "nyc311", "311_Service_Requests_2022-05-01.csv")
	sets := []struct {
		name, file, mapping string
		rows                []rawRow
	}{
		{"shop", tickets, "support-tickets.yaml", rawRows(t, tickets, func(column func(string) string) (rawRow, bool) {
			at, err := time.Parse(time.DateTime, column("Time to Resolution"))
			r := rawRow{category: column("Ticket Type"), severity: column("Ticket Priority"), email: column("Customer Email"), resolved: at}
			return r, err == nil && column("Ticket Status") == "Closed"
		})},
		{"nyc311", requests, "nyc311.yaml", rawRows(t, requests, func(column func(string) string) (rawRow, bool) {
			at, err := time.Parse("01/02/2006 03:04:05 PM", column("Closed Date"))
			return rawRow{category: column("Complaint Type"), resolved: at}, err == nil && column("Status") == "Closed"
		})},
	}
	policies := []struct {
		name   string
		decide func(rawRow, []rawRow) ([2]string, [2]string)
	}{{"default", naiveDefault}, {"sample", naiveSample}, {"repeats", naiveRepeats}}
	for _, set := range sets {
		for _, p := range policies {
			t.Run(fmt.Sprintf("%s/%s", set.name, p.name), func(t *testing.T) {
				want := naive(t, set.rows, p.decide)
				onEachStore(t, func(t *testing.T, sh shell) {
					if p.name != "default" { // which is in force already
						sh.publish(p.name)
					}
					sh.run("import", "contacts", set.file, "--source", set.name, "--mapping", example(set.mapping), "--shift-times", "now",
						"--without-answers")
					sh.run("work", "--until-idle")
					sh.decided(len(set.rows))
					got, sampled := sh.counts()
					want := withSample(want, sampled)
					if cooled := uncool(got); cooled > returned(set.rows) {
						t.Errorf("%d surveys were stopped by the cooldown, but only %d rows are of somebody seen before",
							cooled, returned(set.rows))
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("a naive count (-) and the decisions (+) differ:\n%s", diff)
					}
				})
			})
		}
	}
}

// uncool counts what the cooldown skipped as planned by its rule, and returns how many they were: of two resolutions of one customer
// the second is planned, or skipped, by whether the first one's invitation has left by then, and workers decide and send at once.
func uncool(counts counted) (cooled int) {
	for key, n := range counts {
		if key[2] == "survey_cooldown" {
			delete(counts, key)
			cooled += n
			counts[[3]string{key[0], key[1], ""}] += n
		}
	}
	return cooled
}

// returned counts the rows whose address another row before them has.
func returned(rows []rawRow) (n int) {
	seen := map[string]bool{}
	for _, r := range rows {
		address := strings.ToLower(r.email)
		if address != "" && seen[address] {
			n++
		}
		seen[address] = true
	}
	return n
}

// withSample splits what the rule with the sample wants into those in it, of whom there are so many, and the others.
func withSample(counts counted, sampled int) counted {
	split := counted{}
	for key, n := range counts {
		if key[0] == "survey" && key[1] == "quarter" {
			split[key] += sampled
			key[2], n = "not_sampled", n-sampled
		}
		split[key] += n
	}
	return split
}
