package audiences

// What the tests of this area see of its inside.
var (
	FormOfRule = formOfRule
	RuleOfForm = ruleOfForm
)
