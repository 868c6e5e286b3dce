package policies

// What the tests of this area see of its inside.
const (
	AttributesPath    = attributesPath
	MaxFormConditions = maxFormConditions
	OwnReason         = ownReason
	SaysNothing       = saysNothing
	SaysPlan          = saysPlan
)

type (
	PolicyWords  = policyWords
	RuleSentence = ruleSentence
)

var (
	CodeFor          = codeFor
	ConditionField   = conditionField
	FormOfPolicyRule = formOfPolicyRule
	Orders           = orders
	PolicyRuleOf     = policyRuleOf
)
