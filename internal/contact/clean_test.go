package contact

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
)

var now = clock.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))

func codes(t *taken) (problems, warnings []string) {
	for _, f := range t.problems {
		problems = append(problems, f.Name+" "+f.Code)
	}
	for _, f := range t.warnings {
		warnings = append(warnings, f.Name+" "+f.Code)
	}
	return problems, warnings
}

func TestCleanNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	negative := int64(-1)
	long := strings.Repeat("长", maxKey+1)
	year := func(y int) clock.Instant { return clock.At(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)) }
	in := Input{
		ExternalID: long, Status: "closed", Channel: "fax", Severity: "urgent", Category: long, TalkSeconds: &negative,
		OpenedAt: year(1985), ResolvedAt: year(2150), RecordingURL: "https://example.com/" + strings.Repeat("u", maxURL),
		Resolutions:  []InputResolution{{No: 1, ResolvedAt: now}, {No: 3, ResolvedAt: now}},
		Participants: []InputParticipant{{Role: "boss", Agent: "a"}, {Agent: long}},
		Customer: InputCustomer{
			Name: long, Zone: "Mars", Language: "klingonese", Region: "XX", Phones: []string{"12"}, Emails: []string{"ann"},
		},
		Answers: []InputAnswer{
			{Metric: "stars", Value: new(1)}, {Metric: "csat", Value: new(9)}, {Metric: "nps", Value: new(1), Scale: "x"},
		},
	}
	problems, warnings := codes(newCleaner("CN", nil).clean(in, now))
	want := []string{
		"external_id too_long", "category too_long", "recording_url too_long", "status unknown_value", "channel unknown_value",
		"severity unknown_value", "talk_seconds out_of_range", "participants[0].role unknown_value", "participants[1].agent too_long",
		"opened_at out_of_range", "resolved_at out_of_range", "resolutions[1].no not_consecutive",
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
	want = []string{
		"answers[0].metric answer_metric", "answers[1].value out_of_scale", "answers[2].scale unknown_scale",
		"customer.name shortened", "customer.language unknown_language", "customer.zone unknown_zone",
		"customer.emails not_email", "customer.region unknown_region", "customer.phones not_phone", "customer customer_unidentified",
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Error(diff)
	}
}

func TestCleanTrimsWhatDatabasesCompareDifferently(t *testing.T) {
	t.Parallel()
	got := newCleaner("CN", nil).clean(Input{
		ExternalID: "T-1 \t\u3000", Category: " 宽带\x00 ", Tags: []string{"b", " a", "b", ""},
		Customer: InputCustomer{Reference: "C\xff ", Attributes: map[string]string{" k ": " v ", "empty": " "}},
	}, now).input
	want := Input{
		ExternalID: "T-1", Category: "宽带", Tags: []string{"a", "b"},
		Customer: InputCustomer{Reference: "C\uFFFD", Attributes: map[string]string{"k": "v", "empty": ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryFieldOfAnInputMakesItAnotherOne(t *testing.T) {
	t.Parallel()
	cl, n := newCleaner("CN", nil), int64(5)
	seen := map[string]string{cl.clean(Input{ExternalID: "T-1"}, now).hash: "nothing"}
	for name, in := range map[string]Input{
		"status": {Status: Open}, "channel": {Channel: Chat}, "opened": {OpenedAt: now},
		"seconds": {TalkSeconds: &n}, "complaint": {Complaint: new(true)}, "no complaint": {Complaint: new(false)},
		"tags": {Tags: []string{"a"}}, "phones": {Customer: InputCustomer{Phones: []string{"13912348000"}}},
		"people": {Participants: []InputParticipant{{Agent: "a"}}}, "answers": {Answers: []InputAnswer{{Metric: "csat", Value: new(1)}}},
	} {
		in.ExternalID = "T-1"
		hash := cl.clean(in, now).hash
		if other, same := seen[hash]; same {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[hash] = name
	}
}

func TestASourceThatSaysNoTimeSaysNotZero(t *testing.T) {
	t.Parallel()
	zero := int64(0)
	if seconds(Contact{}) == seconds(Contact{TalkSeconds: &zero}) {
		t.Error("a call of no time corrects nothing")
	}
}

func TestWhatIsTooLongIsShownShortenedWithWhatHidesInIt(t *testing.T) {
	t.Parallel()
	got := newCleaner("CN", nil).clean(Input{
		ExternalID: strings.Repeat("T", maxKey+1), Category: "宽\u00a0带" + strings.Repeat("长", maxKey), Channel: "f\u2029ax",
	}, now)
	for i, want := range []string{strings.Repeat("T", 80) + "…", "宽‹NBSP U+00A0›带" + strings.Repeat("长", 77) + "…", "f‹U+2029›ax"} {
		if got.problems[i].Value != want || i < 2 && got.problems[i].Problem != "has more than 191 characters" {
			t.Errorf("%+v, want %q", got.problems[i], want)
		}
	}
}
