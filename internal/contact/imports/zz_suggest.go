package imports

func SuggestDates(samples []string) []string { return nil }
