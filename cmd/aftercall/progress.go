package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"aftercall/internal/demo"
)

// progressLine tells how the making of the demo gets on: on a terminal by one line that moves, elsewhere by one that is written once.
type progressLine struct {
	out      io.Writer
	terminal bool
	text     string
	shown    string
}

// makingDemo are the words of the line, by the installation's language.
var makingDemo = map[string]string{"zh-CN": "正在生成演示中心", "en": "making the demo centre"}

func newProgressLine(out io.Writer, language string) *progressLine {
	return &progressLine{out: out, terminal: isTerminal(out), text: makingDemo[language]}
}

// barWidth leaves room in 80 columns for the words, the share and the day.
const barWidth = 30

// show is told of each hour that has been lived.
func (p *progressLine) show(at demo.Progress) {
	percent := at.Done * 100 / max(1, at.Total)
	line := p.text
	if p.terminal {
		bar := strings.Repeat("=", percent*barWidth/100)
		line = fmt.Sprintf("\r%s  [%-*s] %3d%%  %s", p.text, barWidth, bar, percent, at.Day)
	}
	if line == p.shown {
		return
	}
	p.shown = line
	fmt.Fprint(p.out, line)
	if !p.terminal {
		fmt.Fprintln(p.out)
	}
}

// end leaves the line as it is.
func (p *progressLine) end() {
	if p.terminal && p.shown != "" {
		fmt.Fprintln(p.out)
	}
}

// isTerminal reports whether somebody looks at what is written.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
