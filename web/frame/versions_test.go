package frame

import (
	"slices"
	"testing"
)

func TestLinesThatOneLacksAreMarked(t *testing.T) {
	t.Parallel()
	got := TheirLines("【开场】\r\n您好。\n\n再见。", "【开场】\n 您好。 \n谢谢。")
	want := []TheirLine{{"【开场】", false}, {"您好。", false}, {"", false}, {"再见。", true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
