package public

// What the tests of this area see of its inside.
const SurveyBody = surveyBody

var ChoiceOf = choiceOf
