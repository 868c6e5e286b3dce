package survey

import (
	"aftercall/internal/contact"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
)

// BuiltIn is the name, and the family, of the survey that every installation starts with.
const BuiltIn = "csat"

// The keys of the built-in survey's questions. The desk asks the same ones in a call.
const (
	KeyRating  = "rating"
	KeyReasons = "reasons"
	KeySolved  = "solved"
	KeyComment = "comment"
	KeyConsent = "consent"
)

// builtIn returns the survey that every installation starts with: satisfaction, reasons when it is low, whether the problem is
// solved, a comment, and consent to marketing as a question of its own.
func builtIn() Questionnaire {
	return Questionnaire{
		Title:  Text{Chinese: "服务评价", English: "Your feedback"},
		Thanks: Text{Chinese: "感谢您的评价，我们会用它改进服务。", English: "Thank you. We use every answer to do better."},
		Questions: []Question{
			{
				Key: KeyRating, Kind: Rating, Screen: 1, Metric: figures.CSAT, Rates: contact.Handled,
				Scale: &Scale{Min: 1, Max: 5, Best: 5, Satisfied: 4, Dissatisfied: 2},
				Text:  Text{Chinese: "您对这次服务满意吗？", English: "How satisfied are you with this service?"},
				Options: []Option{
					{Value: 5, Text: Text{Chinese: "非常满意", English: "Very satisfied"}},
					{Value: 4, Text: Text{Chinese: "满意", English: "Satisfied"}},
					{Value: 3, Text: Text{Chinese: "一般", English: "Neutral"}},
					{Value: 2, Text: Text{Chinese: "不满意", English: "Dissatisfied"}},
					{Value: 1, Text: Text{Chinese: "非常不满意", English: "Very dissatisfied"}},
				},
			},
			{
				Key: KeyReasons, Kind: Reasons, Screen: 2, ShowIf: &Condition{Question: KeyRating, AtMost: 2},
				Text: Text{Chinese: "哪里让您不满意？（可多选）", English: "What went wrong? (choose any)"},
				Options: []Option{
					{Key: "waited", Text: Text{Chinese: "等太久", English: "Waited too long"}},
					{Key: "unsolved", Text: Text{Chinese: "问题没解决", English: "Not solved"}},
					{Key: "attitude", Text: Text{Chinese: "服务态度", English: "Attitude"}},
					{Key: "unclear", Text: Text{Chinese: "解释不清楚", English: "Unclear answer"}},
					{Key: "repeated", Text: Text{Chinese: "反复联系", English: "Had to ask again"}},
					{Key: "product", Text: Text{Chinese: "产品或收费", English: "Product or price"}},
				},
			},
			{
				Key: KeySolved, Kind: YesNo, Screen: 2, Metric: figures.SolvedYes,
				Text: Text{Chinese: "您的问题解决了吗？", English: "Is your problem solved?"},
				Options: []Option{
					{Value: 1, Text: Text{Chinese: "解决了", English: "Yes"}},
					{Value: 0, Text: Text{Chinese: "没有解决", English: "No"}},
				},
			},
			{
				Key: KeyComment, Kind: Comment, Screen: 2,
				Text: Text{Chinese: "还有什么想告诉我们？（选填）", English: "Anything else? (optional)"},
			},
			{
				Key: KeyConsent, Kind: Consent, Screen: 2, Wording: "csat-consent-1",
				Text: Text{
					Chinese: "我同意通过电话、短信和邮件接收优惠信息，可随时取消。",
					English: "You may call, text or e-mail me about offers. I can withdraw this at any time.",
				},
				Permits: []Permit{
					{Purpose: permission.MarketingCall, Channel: permission.ByPhone},
					{Purpose: permission.MarketingMessage, Channel: permission.BySMS},
					{Purpose: permission.MarketingMessage, Channel: permission.ByEmail},
				},
			},
		},
	}
}
