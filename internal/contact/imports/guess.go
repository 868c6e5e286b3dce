package imports

import (
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/address"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/text"
)

// guesses are headings people use, in lower case without blanks and signs, and the field they mostly mean.
var guesses = map[string][]string{
	"external_id": {
		"工单号", "工单编号", "工单id", "编号", "单号", "ticketid", "ticket", "id", "key", "uniquekey",
		"caseid", "casenumber", "externalid", "ticketnumber",
	},
	"status": {
		"处理状态", "订单状态", "当前状态", "工单当前状态", "casestatus", "stage",
		"状态", "工单状态", "status", "ticketstatus", "state",
	},
	"customer.reference": {"客户编号", "客户号", "客户id", "会员号", "customerid", "customerreference", "accountnumber"},
	"customer.name": {
		"客户名", "用户姓名", "用户名称", "联系人姓名", "来电人", "会员姓名", "requester", "requestername", "fullname", "contact",
		"客户", "姓名", "客户姓名", "客户名称", "联系人", "customername", "customer", "name", "contactname",
	},
	"customer.phones": {
		"客户电话", "客户手机", "客户手机号", "手机号码1", "主叫号码", "来电号码", "联系方式", "联系方式1", "mobilephone", "cell", "cellphone",
		"callerid", "callernumber", "phone1", "phone2", "contactphone",
		"电话", "手机", "手机号", "手机号码", "联系电话", "电话号码", "备用电话",
		"其他电话", "phone", "phonenumber", "mobile", "customerphone", "telephone",
	},
	"customer.emails": {
		"客户邮箱", "联系邮箱", "邮件地址", "requesteremail", "contactemail", "emailid", "emailaddress1",
		"邮箱", "电子邮箱", "电子邮件", "email", "customeremail", "emailaddress", "mail",
	},
	"customer.language": {"语言", "language"},
	"contact_name":      {"报修联系人", "报修人", "报修人姓名", "现场联系人", "sitecontact", "sitecontactname"},
	"contact_phone":     {"报修联系电话", "报修人电话", "报修电话", "现场联系电话", "现场电话", "sitephone", "sitecontactphone"},
	"customer.zone":     {"时区", "timezone"},
	"channel": {
		"工单来源", "来源渠道", "受理方式", "进线渠道", "via", "source", "origin", "contactchannel",
		"渠道", "来电渠道", "受理渠道", "channel", "ticketchannel", "opendatachanneltype",
	},
	"category": {
		"问题分类", "问题类型", "业务分类", "工单分类", "一级分类", "诉求类型", "reason", "issuetype",
		"业务", "业务类型", "分类", "类别", "工单类型", "category", "type", "tickettype", "complainttype",
	},
	"subcategory": {"子类", "二级分类", "细类", "subcategory", "subtype", "ticketsubject", "descriptor"},
	"product":     {"产品", "商品", "产品名称", "product", "productpurchased"},
	"severity":    {"紧急程度", "优先级", "级别", "severity", "priority", "ticketpriority"},
	"complaint":   {"投诉", "是否投诉", "complaint"},
	"opened_at": {
		"提交时间", "来电时间", "进线时间", "开始时间", "接入时间", "报修时间", "createdtime", "creationdate", "dateopened",
		"opentime", "starttime", "datecreated", "openedon", "createdon",
		"受理时间", "创建时间", "建单时间", "openedat", "createdat", "created", "createddate", "opened",
	},
	"first_response_at": {"首次响应时间", "首次回复时间", "firstresponseat", "firstresponsetime", "firstresponse"},
	"resolved_at": {
		"结束时间", "关单时间", "完结时间", "结单时间", "处理完成时间", "挂机时间", "closed", "closedtime", "closetime", "closedon",
		"resolvedtime", "resolvedon", "resolutiontime", "resolutiondate", "resolveddate", "solved", "endtime",
		"dateclosed", "dateresolved", "completedat", "completeddate",
		"办结时间", "解决时间", "完成时间", "关闭时间", "resolvedat", "resolved", "closedat",
		"closeddate", "timetoresolution", "solvedat",
	},
	"talk_seconds": {
		"通话时间", "通话时长秒", "通话时长（秒）", "billsec", "callduration", "handletime", "conversationtime",
		"通话时长", "通话秒数", "talkseconds", "talktime", "duration",
	},
	"hold_seconds":    {"保持时长", "holdseconds", "holdtime"},
	"wrap_up_seconds": {"话后整理", "整理时长", "wrapupseconds", "wrapup", "acw"},
	"order_reference": {
		"关联订单", "订单", "orderno", "order", "orderref",
		"订单号", "订单编号", "orderreference", "orderid", "ordernumber",
	},
	"resolution_text": {"处理结果", "办结意见", "解决方案", "resolution", "resolutiontext", "resolutiondescription"},
	"recording_url":   {"录音", "录音地址", "recording", "recordingurl"},
	"tags":            {"标签", "tags", "labels"},
	"handled.agent": {
		"坐席姓名", "客服姓名", "客服人员", "处理人员", "处理客服", "服务人员", "工程师", "assignedto", "agentid", "resolvedby", "closedby",
		"处理人", "坐席", "客服", "责任人", "agent", "assignee", "owner", "handler", "agentname",
	},
	"handled.team": {
		"技能组", "客服组", "所属部门", "部门", "坐席组", "assignedgroup", "queue", "queuename",
		"处理班组", "班组", "处理部门", "team", "group", "agency", "department",
	},
	"took.agent": {"受理人", "建单人", "createdby"},
	"answer.csat": {
		"评价结果", "满意度评价", "服务评价", "满意度结果", "满意程度", "客户评价", "satisfactionrating", "satisfactionscore", "csatscore", "surveyscore",
		"满意度", "评价", "满意度评分", "rating", "csat", "customersatisfactionrating", "satisfaction",
	},
	"answer.nps": {
		"推荐度", "推荐分", "npsscore", "npsrating", "likelihoodtorecommend",
		"nps", "推荐意愿",
	},
}

// Guess returns what each column most likely means, as a field or as "handled.agent", "handled.team", "took.agent", "answer.csat",
// "answer.nps"; "" where it cannot tell. It goes by the heading, and by the values where these say otherwise, or alone say something:
// phone numbers, e-mails and words of satisfaction look like what they are. region is the country of phone numbers without a code. A
// field is guessed once; there may be several phones and e-mails.
func Guess(header []string, examples [][]string, region string) []string {
	meaning := make(map[string]string)
	for field, names := range guesses {
		for _, name := range names {
			meaning[name] = field
		}
	}
	fields := make([]string, len(header))
	used := map[string]bool{}
	for i, heading := range header {
		bare := strings.NewReplacer(" ", "", "_", "", "-", "", ".", "", "　", "").Replace(text.Fold(heading))
		field := meaning[bare]
		if slices.Contains(scoreHeadings, bare) {
			field = scoredAs(examples[i])
		}
		if seen := looksLike(examples[i], region); seen != "" && (field == "" || isAddress(seen) != isAddress(field)) {
			field = seen
		}
		if field != "" && (!used[field] || isAddress(field)) {
			fields[i], used[field] = field, true
		}
	}
	return fields
}

// scoreHeadings are headings of a score that does not say which: its values do.
var scoreHeadings = []string{"score", "评分", "打分", "得分", "分数", "rate", "grade", "stars", "surveyresult"}

// scoredAs returns the metric whose usual scale the values are on.
func scoredAs(given []string) string {
	onFive, onTen := 0, 0
	for _, value := range given {
		n, err := strconv.ParseFloat(strings.TrimSuffix(text.Plain(value), "分"), 64)
		switch {
		case err != nil:
		case n >= 1 && n <= 5:
			onFive++
		case n == 0 || n <= 10:
			onTen++
		}
	}
	switch {
	case onTen > onFive:
		return "answer.nps"
	case onFive > 0:
		return "answer.csat"
	}
	return looksLike(given, "")
}

func isAddress(field string) bool { return field == "customer.phones" || field == "customer.emails" }

// looksLike returns what values without doubt are: nearly all of them are one thing, and there are some.
func looksLike(given []string, region string) string {
	const enough = 2
	words := SatisfactionWords()
	phones, emails, ratings, some := 0, 0, 0, 0
	for _, value := range given {
		if values.IsBlank(value) {
			continue
		}
		some++
		if _, rated := words[text.Fold(value)]; rated {
			ratings++
		}
		if address.Email(value) != "" {
			emails++
		}
		if looksLikePhone(value, region) {
			phones++
		}
	}
	most := func(n int) bool { return n >= enough && 10*n >= 8*some }
	switch {
	case most(emails):
		return "customer.emails"
	case most(phones):
		return "customer.phones"
	case most(ratings):
		return "answer.csat"
	}
	return ""
}

// looksLikePhone reports whether a value is a number that can be dialled, and not only a number: order and ticket numbers have as many
// digits.
func looksLikePhone(value, region string) bool {
	const shortest = 10 // digits; what is shorter without a sign of a phone number may be anything
	if address.Phone(value, region) == "" {
		return false
	}
	digits := 0
	for _, r := range value {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= shortest
}

// SatisfactionWords returns what the usual words of a satisfaction score mean from 1 to 5.
func SatisfactionWords() map[string]Worth {
	return map[string]Worth{
		"非常满意": {new(5)}, "满意": {new(4)}, "一般": {new(3)}, "不满意": {new(2)}, "非常不满意": {new(1)},
	}
}
