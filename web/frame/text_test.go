package frame_test

import (
	"testing"

	"aftercall/web/frame"
)

// Nobody who does not hold a callback reads a whole number, however it was written.
func TestEveryNumberOfATextIsMasked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"+8613912348000":              "+86139••••8000",
		"139 1234 8000":               "139 •••• 8000",
		"021-63245800":                "021-••••5800",
		"6324580":                     "•••••••",
		"13912348000/13800001111":     "139••••8000/138••••1111",
		"13912348000、13800001111":     "139••••8000、138••••1111",
		"13912348000-1234567890":      "•••••••••••-••••••7890",
		"13912348000转8003":            "139••••8000转••••",
		"１３９１２３４８０００":                 "１３９••••８０００",
		"张三 13912348000 (妻子)":         "张三 139••••8000 (妻子)",
		"no number":                   "no number",
		"+86 139 1234 8000 and 62004": "+86 139 •••• 8000 and •••••",
		"":                            "",
	} {
		if got := frame.MaskedPhone(text); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
}
