package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"aftercall/internal/fault"
	"aftercall/internal/table"
	"aftercall/internal/text"
)

// Limits of a file of users.
const (
	MaxUserFile  = 1 << 20 // bytes
	MaxUserLines = 1000
	maxUserWrong = 100 // problems that are told of a file
)

// UserLine is a line of a file of users, as it was typed. A cell that is empty leaves what a user has as it is; "-" takes it away.
type UserLine struct {
	Line      int
	Login     string
	Name      string
	Role      string
	Teams     string
	Language  string
	Extension string
	Skills    string
}

// userColumns are the columns of a file of users: what they may be called, and where their cells go.
var userColumns = []struct {
	names []string
	cell  func(*UserLine) *string
}{
	{[]string{"login", "登录名", "账号", "工号"}, func(l *UserLine) *string { return &l.Login }},
	{[]string{"name", "姓名"}, func(l *UserLine) *string { return &l.Name }},
	{[]string{"role", "角色"}, func(l *UserLine) *string { return &l.Role }},
	{[]string{"teams", "team", "班组", "团队"}, func(l *UserLine) *string { return &l.Teams }},
	{[]string{"language", "语言"}, func(l *UserLine) *string { return &l.Language }},
	{[]string{"extension", "分机", "分机号"}, func(l *UserLine) *string { return &l.Extension }},
	{[]string{"skills", "skill", "技能"}, func(l *UserLine) *string { return &l.Skills }},
}

// roleWords are what people call the roles in files.
var roleWords = map[string]Role{
	"管理员": Admin, "administrator": Admin, "主管": Supervisor, "班长": Supervisor, "回访专员": Caller, "专员": Caller, "外呼坐席": Caller,
	"营销": Marketing, "处理人员": Handler, "处理人": Handler,
}

// languageWords are what people call the languages in files.
var languageWords = map[string]string{"中文": "zh-CN", "简体中文": "zh-CN", "zh": "zh-CN", "zh-cn": "zh-CN", "英文": "en", "英语": "en"}

// ReadUserFile reads a file of users, CSV or a workbook, in any encoding that package table knows. It returns fault.Invalid with what is
// wrong with the file itself and its first line, and fault.TooLarge beyond the limits. What the lines say is checked by PlanUsers.
func ReadUserFile(ctx context.Context, file io.Reader) ([]UserLine, error) {
	reader, err := table.Open(ctx, file, table.Options{MaxBytes: 8 * MaxUserFile})
	if err != nil {
		return nil, fmt.Errorf("open the file of users: %w", err)
	}
	lines, err := readUserLines(reader)
	return lines, errors.Join(err, reader.Close())
}

func readUserLines(reader *table.Reader) ([]UserLine, error) {
	head, err := reader.Next()
	if errors.Is(err, io.EOF) {
		return nil, fault.InvalidFields(fault.Field{Name: "file", Code: "user_file_empty", Problem: "has no line of users"})
	}
	var wrong fault.Problems
	if err := unreadable(&wrong, err); err != nil {
		return nil, err
	}
	columns := columnsOf(head, &wrong)
	if len(wrong) > 0 {
		return nil, fault.InvalidFields(wrong...)
	}
	var lines []UserLine
	for {
		row, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF) && len(wrong) > 0:
			return nil, fault.InvalidFields(wrong...)
		case errors.Is(err, io.EOF) && len(lines) == 0:
			return nil, fault.InvalidFields(fault.Field{Name: "file", Code: "user_file_empty", Problem: "has no line of users"})
		case errors.Is(err, io.EOF):
			return lines, nil
		case len(lines) == MaxUserLines:
			tooLong := fault.New(fault.TooLarge, "user_file_long", "the file has more than 1,000 users: split it")
			return nil, tooLong.With("limit", MaxUserLines)
		}
		if err != nil || len(row.Faults) > 0 {
			if err := badRow(&wrong, row, err); err != nil {
				return nil, err
			}
			continue
		}
		lines = append(lines, lineOf(row, columns))
	}
}

// unreadable notes a row that cannot be read; other errors are the file's end.
func unreadable(wrong *fault.Problems, err error) error {
	var bad *table.RowError
	if errors.As(err, &bad) {
		*wrong = append(*wrong, bad.Field)
		return nil
	}
	return err
}

// badRow notes what keeps a row from being read, up to as many as are told.
func badRow(wrong *fault.Problems, row table.Row, err error) error {
	if err != nil {
		err = unreadable(wrong, err)
	}
	for _, cell := range row.Faults {
		*wrong = append(*wrong, fault.Field{
			Line: row.Line, Name: "row", Code: cell.Code, Problem: "has a cell that does not say what it seems to", Value: cell.Value,
		})
	}
	if err == nil && len(*wrong) >= maxUserWrong {
		return fault.InvalidFields(*wrong...)
	}
	return err
}

// columnsOf returns which of userColumns each cell of the first line names, or -1.
func columnsOf(head table.Row, wrong *fault.Problems) []int {
	columns := make([]int, len(head.Cells))
	seen := map[int]bool{}
	for i, cell := range head.Cells {
		name := strings.ToLower(text.Name(table.Meant(cell)))
		columns[i] = -1
		for k, known := range userColumns {
			if slices.Contains(known.names, name) {
				columns[i] = k
			}
		}
		switch {
		case name == "":
		case columns[i] < 0:
			*wrong = append(*wrong, fault.Field{
				Line: head.Line, Name: "header", Code: "user_column_unknown", Value: fault.Shorten(name, 40),
				Problem: "is no column of this list; there are login, name, role, teams, language, extension, skills",
			})
		case seen[columns[i]]:
			*wrong = append(*wrong, fault.Field{
				Line: head.Line, Name: "header", Code: "user_column_twice", Value: name, Problem: "is there twice",
			})
		}
		seen[columns[i]] = true
	}
	if !seen[0] && len(*wrong) == 0 {
		*wrong = append(*wrong, fault.Field{
			Line: head.Line, Name: "header", Code: "user_column_login", Problem: "must name the column login",
		})
	}
	return columns
}

func lineOf(row table.Row, columns []int) UserLine {
	line := UserLine{Line: row.Line}
	for i, cell := range row.Cells {
		if i < len(columns) && columns[i] >= 0 {
			*userColumns[columns[i]].cell(&line) = text.Name(table.Meant(cell))
		}
	}
	line.Login = strings.ToLower(line.Login)
	return line
}

// names splits a list typed with commas of either kind, or with what stands for them in a cell; "-" is none.
func names(list string) []string {
	if list == none {
		return nil
	}
	var all []string
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(",;|，、；", r) }) {
		if name = text.Name(name); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// none is what takes a value away.
const none = "-"
