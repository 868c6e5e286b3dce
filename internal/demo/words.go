package demo

// words are the names and phrases a demo centre is made of, in one language.
type words struct {
	language    string
	source      string
	families    []string
	givens      []string
	fullName    func(family, given string) string
	teams       []string // three: first line, second line, on site
	agents      []string // twelve, four a team
	products    []string
	cases       []caseKind
	comments    map[bool][]string // by satisfied
	replies     []string          // to handoffs
	resolutions []string
	callNotes   []string
	forNext     []string // what a caller leaves for whoever calls next
	handOver    []string // why a colleague should call
	backOffice  []string // what a callback waits for inside
	mistaken    string   // why an outcome is corrected
	spotCheck   string   // why a supervisor plans a callback by hand
	callerNames []string
	roleNames   map[string]string
	centreName  string
}

// caseKind is one sort of contact, with how often it comes (weight) and how hard it is to please somebody with it.
type caseKind struct {
	category, subcategory string
	weight                int
	team                  int     // index of the team that resolves it
	hardship              float64 // 0 easy … 1 hopeless
}

func wordsFor(language string) words {
	if language == "en" {
		return english
	}
	return chinese
}

var chinese = words{
	language:   "zh-CN",
	source:     "服务热线",
	centreName: "澄海宽带",
	families: []string{
		"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡",
		"郭", "何", "林", "高", "罗",
	},
	givens: []string{
		"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋",
		"勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰", "霞", "平",
		"刚", "桂英", "文博", "子涵", "欣怡", "宇轩", "雨桐",
		"浩然", "思远", "佳琪", "志强", "海燕", "建国", "晓东", "美玲",
	},
	fullName: func(family, given string) string { return family + given },
	teams:    []string{"一线组", "二线组", "装维组"},
	agents: []string{
		"赵敏", "孙悦", "周涛", "何佳", "钱立", "冯雪", "蒋鹏", "沈洁", "李强", "郑凯", "韩磊", "唐军",
	},
	products: []string{"宽带 200M", "宽带 500M", "宽带 1000M", "全家融合套餐", "IPTV", "企业专线"},
	cases: []caseKind{
		{"宽带报修", "断网", 22, 2, .34},
		{"宽带报修", "网速慢", 18, 1, .42},
		{"资费咨询", "套餐变更", 16, 0, .16},
		{"账单", "扣费异议", 12, 1, .46},
		{"新装", "预约上门", 10, 2, .20},
		{"移机", "改地址", 8, 2, .28},
		{"IPTV", "无信号", 8, 1, .30},
		{"投诉", "服务态度", 4, 1, .70},
		{"退订", "提前解约", 4, 0, .52},
	},
	replies: []string{
		"已上门更换光猫，现场测速正常。", "后台重新下发了配置，已请客户重启设备，现在正常。", "费用已核实并退回，两个工作日内到账。",
		"已与客户约定明天上午上门处理。", "线路老化，已换新线，信号恢复。", "已向客户解释清楚，不是故障。",
	},
	comments: map[bool][]string{
		true: {
			"师傅来得很快，活儿干得利索", "解释得很清楚，谢谢", "一次就解决了",
			"态度很好", "比上次好多了", "", "", "",
		},
		false: {
			"说好上午，下午四点才来", "晚上七点后网速还是慢",
			"打了三次电话才有人管", "扣的钱还没退", "换了路由器也没用",
			"师傅没穿鞋套", "让我等了两天", "客服让我自己重启，没用", "",
		},
	},
	resolutions: []string{
		"更换光猫后恢复", "已重新配置端口，测速达标", "已解释账单并减免 20 元",
		"已预约并上门安装", "已为客户办理套餐变更", "远程重置后恢复正常",
	},
	callNotes: []string{
		"客户确认已恢复", "客户希望晚上再测一次网速", "客户对处理时间不满，已致歉",
		"已告知退费三个工作日到账", "客户表示满意", "",
	},
	forNext: []string{
		"上午在开会，换个时段再打", "响了一声就挂，可能在开车", "上次说要核对退费金额，接通先说结果", "家里老人接的，请找机主本人",
	},
	handOver:    []string{"客户讲粤语，您来打更合适", "您上次跟过这位客户，他想找您", "企业专线的问题，请您来核实"},
	backOffice:  []string{"等装维组确认上门时间", "等账务核对退费金额"},
	mistaken:    "按错键了，已听录音核对",
	spotCheck:   "本周抽查：工单解决后主动回访",
	callerNames: []string{"王敏", "陈静", "刘洋"},
	roleNames: map[string]string{
		"admin": "管理员", "supervisor": "林主管", "caller": "王敏", "marketing": "许琳", "handler": "罗工",
	},
}

var english = words{
	language:   "en",
	source:     "Service line",
	centreName: "Harbour Broadband",
	families: []string{
		"Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Thomas", "Roberts", "Walker", "Wright", "Hughes", "Green", "Hall",
		"Wood", "Clarke", "Patel", "Khan", "Lewis", "Young", "Scott",
	},
	givens: []string{
		"Olivia", "Amelia", "Isla", "Ava", "Ivy", "Freya", "Lily", "Florence", "Mia", "Willow", "Noah", "Muhammad", "George", "Oliver",
		"Leo", "Arthur", "Oscar", "Theodore", "Freddie", "Henry", "Grace", "Ruth", "Alan", "Priya", "Omar", "Helen", "Simon", "Joan",
	},
	fullName: func(family, given string) string { return given + " " + family },
	teams:    []string{"First line", "Second line", "Field service"},
	agents: []string{
		"Mary Doyle", "Sue Yates", "Tom Chow", "Kay Hart", "Lee Quinn", "Snow Field", "Pete Jordan", "Jess Shen", "Li Strong",
		"Kai Stone", "Han Rock", "Jim Tang",
	},
	products: []string{"Fibre 200", "Fibre 500", "Fibre 1000", "Family bundle", "TV", "Leased line"},
	cases: []caseKind{
		{"Broadband fault", "No connection", 22, 2, .34},
		{"Broadband fault", "Slow", 18, 1, .42},
		{"Tariff question", "Change of plan", 16, 0, .16},
		{"Billing", "Disputed charge", 12, 1, .46},
		{"New line", "Appointment", 10, 2, .20},
		{"Moving home", "New address", 8, 2, .28},
		{"TV", "No signal", 8, 1, .30},
		{"Complaint", "Attitude", 4, 1, .70},
		{"Cancellation", "Early exit", 4, 0, .52},
	},
	replies: []string{
		"The modem was replaced at their home; the speed is as it should be.",
		"Set up again from here, and the device restarted: it works.",
		"The charge was wrong and is paid back within two working days.", "Somebody comes tomorrow morning, as agreed with the customer.",
		"The old line was replaced; the signal is back.", "Nothing is broken: how it works was explained.",
	},
	comments: map[bool][]string{
		true:  {"Came quickly and did a neat job", "Explained clearly, thank you", "Fixed first time", "Very friendly", "", "", ""},
		false: {"Said morning, came at four", "Still slow after seven", "Had to ring three times", "No refund yet", "Waited two days", ""},
	},
	resolutions: []string{
		"Replaced the modem", "Port reconfigured, speed as promised", "Explained the bill, credited 20",
		"Installed on site", "Plan changed", "Reset remotely",
	},
	callNotes: []string{
		"Customer confirms it works", "Wants to test again tonight", "Unhappy about the wait, apologised",
		"Refund in three working days", "Happy now", "",
	},
	forNext: []string{
		"In meetings in the morning, try another time", "Hung up at once, may be driving", "Wanted the refund checked: start with that",
		"Somebody else answered, ask for the account holder",
	},
	handOver:    []string{"Asks for you, as last time", "About a leased line, please check", "Speaks Cantonese, better if you call"},
	backOffice:  []string{"Field service confirms the visit", "Billing checks the refund"},
	mistaken:    "Wrong key, checked with the recording",
	spotCheck:   "This week's spot check of resolved contacts",
	callerNames: []string{"Min Wang", "Jane Chen", "Ocean Liu"},
	roleNames: map[string]string{
		"admin": "Administrator", "supervisor": "Pat Lin", "caller": "Min Wang", "marketing": "Lyn Xu", "handler": "Ray Luo",
	},
}
