package text_test

import (
	"testing"

	"aftercall/internal/text"
)

func TestAWordForNoneIsNobodysNameAndNoID(t *testing.T) {
	t.Parallel()
	for _, none := range []string{
		"N/A", "n/a", "NULL", "null", "(null)", `\N`, "None", "nil", "NaN", "undefined", "[object Object]",
		"-", "--", "—", "?", "???", "/", ".",
		"***", "#N/A", "(blank)", "Unknown", "anonymous", "无", "暂无", "未知", "匿名", "匿名用户", "游客", "－", "Ｎ／Ａ", " N/A ", "\u200bNULL",
	} {
		t.Run(none, func(t *testing.T) {
			if !text.SaysNone(none) {
				t.Errorf("%q is taken for a name", none)
			}
		})
	}
	for _, one := range []string{
		"", "0", "Na", "NA12", "Null-7", "Nils", "Noneill", "7", "A-1", "无锡", "吴", "-7", "T-", "#17", "/ticket",
		"test", "Unknown Pleasures", "匿名-3",
	} {
		t.Run(one, func(t *testing.T) {
			if text.SaysNone(one) {
				t.Errorf("%q is taken for none", one)
			}
		})
	}
}
