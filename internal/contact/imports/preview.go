package imports

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"aftercall/internal/table"
)

// Preview is what a person matches columns by.
type Preview struct {
	Header []string
	Rows   []table.Row // the first ones
	Values [][]string  // of each column: the first distinct values, as they come
	Lines  int         // rows that were looked at
}

// Limits of a preview.
const (
	previewRows   = 5    // shown whole
	previewLines  = 5000 // looked at for values
	previewValues = 24   // of a column
)

// Preview reads the beginning of an uploaded file as a mapping's format says.
func (s *Service) Preview(ctx context.Context, runID int64, m Mapping) (Preview, error) {
	leave, err := table.Turn(ctx)
	if err != nil {
		return Preview{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	file, err := s.stored(ctx, runID)()
	if err != nil {
		return Preview{}, err
	}
	rows, err := table.Open(ctx, file, m.TableOptions())
	if err != nil {
		return Preview{}, err
	}
	o := &opened{file: file, rows: rows}
	defer o.close()
	var p Preview
	if p.Header, err = o.header(m); err != nil {
		return Preview{}, err
	}
	p.Values = make([][]string, len(p.Header))
	for ; p.Lines < previewLines; p.Lines++ {
		row, err := rows.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return p, nil
		case errors.As(err, &bad):
			continue
		case err != nil:
			return Preview{}, err
		}
		p.add(row)
	}
	return p, nil
}

func (p *Preview) add(row table.Row) {
	if len(p.Rows) < previewRows {
		p.Rows = append(p.Rows, row)
	}
	for i := range p.Header {
		value := cellOf(row, i)
		if value != "" && len(p.Values[i]) < previewValues && !slices.Contains(p.Values[i], value) {
			p.Values[i] = append(p.Values[i], value)
		}
	}
}

// guesses are headings people use, in lower case without blanks and signs, and the field they mostly mean.
var guesses = map[string][]string{
	"external_id": {
		"工单号", "工单编号", "工单id", "编号", "单号", "ticketid", "ticket", "id", "key", "uniquekey",
		"caseid", "casenumber", "externalid", "ticketnumber",
	},
	"status":             {"状态", "工单状态", "status", "ticketstatus", "state"},
	"customer.reference": {"客户编号", "客户号", "客户id", "会员号", "customerid", "customerreference", "accountnumber"},
	"customer.name": {
		"客户", "姓名", "客户姓名", "客户名称", "联系人", "customername", "customer", "name", "contactname",
	},
	"customer.phones": {
		"电话", "手机", "手机号", "手机号码", "联系电话", "电话号码", "备用电话",
		"其他电话", "phone", "phonenumber", "mobile", "customerphone", "telephone",
	},
	"customer.emails":   {"邮箱", "电子邮箱", "电子邮件", "email", "customeremail", "emailaddress", "mail"},
	"customer.language": {"语言", "language"},
	"customer.zone":     {"时区", "timezone"},
	"channel":           {"渠道", "来电渠道", "受理渠道", "channel", "ticketchannel", "opendatachanneltype"},
	"category":          {"业务", "业务类型", "分类", "类别", "工单类型", "category", "type", "tickettype", "complainttype"},
	"subcategory":       {"子类", "二级分类", "细类", "subcategory", "subtype", "ticketsubject", "descriptor"},
	"product":           {"产品", "商品", "产品名称", "product", "productpurchased"},
	"severity":          {"紧急程度", "优先级", "级别", "severity", "priority", "ticketpriority"},
	"complaint":         {"投诉", "是否投诉", "complaint"},
	"opened_at":         {"受理时间", "创建时间", "建单时间", "openedat", "createdat", "created", "createddate", "opened"},
	"first_response_at": {"首次响应时间", "首次回复时间", "firstresponseat", "firstresponsetime", "firstresponse"},
	"resolved_at": {
		"办结时间", "解决时间", "完成时间", "关闭时间", "resolvedat", "resolved", "closedat",
		"closeddate", "timetoresolution", "solvedat",
	},
	"talk_seconds":    {"通话时长", "通话秒数", "talkseconds", "talktime", "duration"},
	"hold_seconds":    {"保持时长", "holdseconds", "holdtime"},
	"wrap_up_seconds": {"话后整理", "整理时长", "wrapupseconds", "wrapup", "acw"},
	"order_reference": {"订单号", "订单编号", "orderreference", "orderid", "ordernumber"},
	"resolution_text": {"处理结果", "办结意见", "解决方案", "resolution", "resolutiontext", "resolutiondescription"},
	"recording_url":   {"录音", "录音地址", "recording", "recordingurl"},
	"tags":            {"标签", "tags", "labels"},
	"handled.agent":   {"处理人", "坐席", "客服", "责任人", "agent", "assignee", "owner", "handler", "agentname"},
	"handled.team":    {"处理班组", "班组", "处理部门", "team", "group", "agency", "department"},
	"took.agent":      {"受理人", "建单人", "createdby"},
	"answer.csat":     {"满意度", "评价", "满意度评分", "rating", "csat", "customersatisfactionrating", "satisfaction"},
	"answer.nps":      {"nps", "推荐意愿"},
}

// Guess returns what each heading most likely means, as a field or as "handled.agent", "handled.team", "took.agent",
// "answer.csat", "answer.nps"; "" where it cannot tell. A field is guessed once; there may be several phones.
func Guess(header []string) []string {
	meaning := make(map[string]string)
	for field, names := range guesses {
		for _, name := range names {
			meaning[name] = field
		}
	}
	fields := make([]string, len(header))
	used := map[string]bool{}
	for i, heading := range header {
		bare := strings.NewReplacer(" ", "", "_", "", "-", "", ".", "", "　", "").Replace(fold(heading))
		if field := meaning[bare]; field != "" && (!used[field] || field == "customer.phones") {
			fields[i], used[field] = field, true
		}
	}
	return fields
}

// SatisfactionWords returns what the usual words of a satisfaction score mean from 1 to 5.
func SatisfactionWords() map[string]Worth {
	return map[string]Worth{
		"非常满意": {new(5)}, "满意": {new(4)}, "一般": {new(3)}, "不满意": {new(2)}, "非常不满意": {new(1)},
		"very satisfied": {new(5)}, "satisfied": {new(4)}, "neutral": {new(3)}, "dissatisfied": {new(2)}, "very dissatisfied": {new(1)},
	}
}
