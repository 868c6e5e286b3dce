package table_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"aftercall/internal/table"
)

func TestEveryKindOfCellIsReadAsItIsStored(t *testing.T) {
	t.Parallel()
	file := workbookOf(t, text(`<x:worksheet xmlns:x="x"><x:cols/><x:sheetData>`,
		`<x:row r="2"><x:c r="A2" t="s"><x:v>1</x:v></x:c><x:c r="C2"><x:f>1+1</x:f><x:v>45000.5</x:v></x:c>`,
		`<x:c r="D2" t="b"><x:v>1</x:v></x:c></x:row>`,
		`<x:row r="3" spans="1:2"/>`,
		`<x:row><x:c t="inlineStr"><x:is><x:r><x:t>in</x:t></x:r><x:r><x:t xml:space="preserve">line </x:t></x:r></x:is></x:c>`,
		`<x:c t="str"><x:v>a&amp;b_x000A_c</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c><x:c t="s"><x:v>77</x:v></x:c></x:row>`,
		`</x:sheetData></x:worksheet>`),
		text(sst, `<si><t>none</t></si><si><r><t>张</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh><r><t>伟</t></r></si></sst>`))
	want := []table.Row{{Line: 2, Cells: []string{"张伟", "", "45000.5", "TRUE"}}, {
		Line: 4, Cells: []string{"inline ", "a&b\nc", "", ""},
		Faults: []table.Fault{{Cell: 2, Code: table.ErrorCell, Value: "#N/A"}, {Cell: 3, Code: table.ErrorCell, Value: "?77"}},
	}}
	if diff := cmp.Diff(want, readAll(t, file, table.Options{})); diff != "" {
		t.Error(diff)
	}
}

func TestAWorkbookIsReadAsExcelizeReadsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		book := excelize.NewFile()
		for i := range rapid.IntRange(0, 12).Draw(t, "cells") {
			cell, _ := excelize.CoordinatesToCellName(rapid.IntRange(1, 30).Draw(t, "column"), rapid.IntRange(1, 9).Draw(t, "row"))
			value := rapid.OneOf(
				rapid.String().AsAny(), rapid.Int64Range(-1e14, 1e14).AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(),
				rapid.SampledFrom([]any{"_x000D_", "line\nline", " blank ", "<&>\"'"}),
			).Draw(t, fmt.Sprint("value ", i))
			if err := book.SetCellValue("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
		var file bytes.Buffer
		if err := book.Write(&file); err != nil {
			t.Fatal(err)
		}
		again, err := excelize.OpenReader(bytes.NewReader(file.Bytes()), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := again.GetRows("Sheet1", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		r, err := table.Open(t.Context(), &file, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for line, want := range rows {
			if blankRow(want) {
				continue
			}
			got, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			for len(want) < len(got.Cells) && got.Cells[len(got.Cells)-1] == "" {
				got.Cells = got.Cells[:len(got.Cells)-1]
			}
			if got.Line != line+1 || !slices.EqualFunc(want, got.Cells, sameCell) {
				t.Fatalf("line %d %q, want line %d %q", got.Line, got.Cells, line+1, want)
			}
		}
	})
}

// sameCell reports whether two cells say the same: a number may have lost what adding in binary left of it.
func sameCell(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return a == b || err == nil && err2 == nil && math.Abs(x-y) <= 1e-13*math.Abs(x)
}

func blankRow(cells []string) bool {
	for _, cell := range cells {
		if len(bytes.TrimSpace([]byte(cell))) > 0 {
			return false
		}
	}
	return true
}
