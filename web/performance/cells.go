package performance

import (
	"fmt"
	"time"

	"aftercall/tasks/callback/performance"
	"aftercall/web/frame"
)

// figure is one cell: its text, what it is shared by, and where its rows are.
type figure struct {
	Text  string
	Note  string
	Href  string
	value any // for a workbook; nil for none
}

// columns are the figures in the order of the table.
func columns(handoffs bool) []string {
	list := []string{
		"attempts", "reached", "finished", "worked", "per_hour", "finished_per_hour", "att", "acw", "aht", "handling", "skips", "expired",
	}
	if handoffs {
		list = append(list, "handoffs")
	}
	return append(list, "seconds")
}

// cellsOf writes figures into the columns. What is made of nothing is a dash, never 0.
func cellsOf(columns []string, f performance.Figures, hours bool, link func(what string) string) []figure {
	cells := make([]figure, len(columns))
	for i, column := range columns {
		cells[i] = cellOf(column, f, hours)
		if link != nil && cells[i].value != nil && cells[i].value != 0 {
			cells[i].Href = link(listOf(column))
		}
	}
	return cells
}

// listOf is what is listed behind a column.
func listOf(column string) string {
	switch column {
	case "att", "acw", "aht":
		return string(performance.Talks)
	case "handling":
		return string(performance.AllAttempts)
	}
	return column
}

func cellOf(column string, f performance.Figures, hours bool) figure {
	switch column {
	case "attempts":
		return count(f.Attempts)
	case "reached":
		return shared(f.Reached, f.Attempts)
	case "finished":
		return count(f.Finished)
	case "worked":
		if !hours {
			return none()
		}
		return decimal(f.Worked.Hours(), f.Worked > 0)
	case "per_hour":
		n, known := f.PerHour(f.Attempts)
		return decimal(n, known && hours)
	case "finished_per_hour":
		n, known := f.PerHour(f.Finished)
		return decimal(n, known && hours)
	case "att":
		return seconds(f.Talks, f.ATT)
	case "acw":
		return seconds(f.Wraps, f.ACW)
	case "aht":
		return seconds(f.Wraps, f.AHT)
	case "handling":
		return seconds(f.Handled, f.Handling)
	case "skips":
		return count(f.Skips)
	case "expired":
		return count(f.Expired)
	case "handoffs":
		return count(f.Handoffs)
	default:
		cell := shared(f.Solved, f.Seconds)
		if f.Seconds == 0 {
			return none()
		}
		cell.Note = fmt.Sprintf("/ %d", f.Seconds)
		return cell
	}
}

func none() figure { return figure{Text: "–"} }

func count(n int) figure {
	text, _ := frame.Number(n) // an int is an integer
	return figure{Text: text, value: n}
}

// shared is a number with the share it is.
func shared(n, of int) figure {
	cell := count(n)
	if share, known := performance.Share(n, of); known {
		cell.Note = frame.Decimal(share*100, 0) + "%"
	}
	return cell
}

func decimal(n float64, known bool) figure {
	if !known {
		return none()
	}
	return figure{Text: frame.Decimal(n, 1), value: n}
}

// seconds is a mean time of so many calls.
func seconds(n int, mean func() (time.Duration, bool)) figure {
	d, known := mean()
	if !known {
		return none()
	}
	return figure{Text: clockText(d), Note: fmt.Sprintf("n=%d", n), value: int(d.Round(time.Second) / time.Second)}
}

// clockText writes a short time as 2:31.
func clockText(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
