package plan

// Plural returns noun as it stands after the number n: with an s at its end unless n
// is 1. No other form is known.
func Plural(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
