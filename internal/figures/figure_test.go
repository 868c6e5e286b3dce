package figures

import (
	"strconv"
	"testing"
)

func TestSkippedQuestionsAreNotInN(t *testing.T) {
	t.Parallel()
	// One promoter; two customers skipped the question, and so appended nothing.
	f := tally{NPS: {"0-10": Entry{Sign: 1, Value: 10, Band: High}.sums()}}.figure(NPS, "")
	if f.N != 1 || f.Value == nil || f.Value.Value != 100 {
		t.Errorf("NPS of one promoter = %+v", f)
	}
}

func TestNoAnswersAreNone(t *testing.T) {
	t.Parallel()
	for _, m := range Metrics() {
		if f := (tally{}).figure(m, ""); f.Value != nil || f.Mean != nil || f.Dissatisfied != nil || f.Sample != NoSample {
			t.Errorf("%s of nothing = %+v", m, f)
		}
	}
}

func TestTheSupportTicketsSample(t *testing.T) {
	t.Parallel()
	var s Sums
	for value, count := range map[int]int{1: 553, 2: 549, 3: 580, 4: 543, 5: 544} {
		for range count {
			s = s.plus(Entry{Sign: 1, Value: value, Band: bandOf(value)}.sums())
		}
	}
	f := tally{CSAT: {"1-5": s}}.figure(CSAT, "")
	if f.N != 2769 || f.High != 1087 || f.Low != 1102 || f.Sum != 8283 {
		t.Fatalf("sums = %+v", f.Sums)
	}
	if !near(f.Mean.Value, 2.991333, 6) || !near(f.Value.Value, 39.2560, 4) {
		t.Errorf("mean %v, satisfied %v %%", f.Mean.Value, f.Value.Value)
	}
	if i := f.Value.Interval; !near(i.Lower, 37.4533, 4) || !near(i.Upper, 41.0886, 4) {
		t.Errorf("interval = %v", i)
	}
	// s = 1.4088, half = 1.9608 · s / √n
	if i := f.Mean.Interval; !near(i.Upper-f.Mean.Value, f.Mean.Value-i.Lower, 9) || i.Upper-i.Lower < 0.10 || i.Upper-i.Lower > 0.11 {
		t.Errorf("interval of the mean = %v", i)
	}
}

func TestScalesAreNeverMergedExceptByTheirBands(t *testing.T) {
	t.Parallel()
	five, two := Sums{N: 10, High: 9, Low: 1, Sum: 45, SumSquares: 205}, Sums{N: 2, High: 1, Low: 1, Sum: 3, SumSquares: 5}
	f := tally{CSAT: {"1-5": five, "1-2": two}}.figure(CSAT, "")
	if f.N != 12 || f.High != 10 || f.Mean != nil || f.Scale != "" {
		t.Errorf("CSAT over two scales = %+v", f)
	}
	f = tally{CSAT: {"1-5": five, "1-2": two}}.figure(CSAT, "1-5")
	if f.N != 10 || f.Mean == nil || f.Mean.Value != 4.5 || len(f.OtherScales) != 1 {
		t.Errorf("CSAT on 1-5 = %+v", f)
	}
	f = tally{NPS: {"0-10": five, "1-9": two}}.figure(NPS, "")
	if f.N != 10 || len(f.OtherScales) != 1 || f.OtherScales[0] != "1-9" {
		t.Errorf("NPS = %+v", f)
	}
}

func TestSamplesSayWhatMayBeSaid(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]Sample{0: NoSample, 1: CountsOnly, 9: CountsOnly, 10: SmallSample, 29: SmallSample, 30: FullSample} {
		t.Run(strconv.FormatInt(n, 10), func(t *testing.T) {
			if got := SampleOf(n); got != want {
				t.Errorf("n = %d is %q, want %q", n, got, want)
			}
		})
	}
}

// bandOf is the band of a 1–5 answer.
func bandOf(value int) Band {
	switch {
	case value >= 4:
		return High
	case value <= 2:
		return Low
	}
	return Mid
}
