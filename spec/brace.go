package spec

// expandBraces replaces each {a,b} of a well-formed pattern by its branches
// and returns the resulting patterns, which have no braces left. ok is false
// when there would be more than maxPatternAlternatives.
func expandBraces(pattern string) (expanded []string, ok bool) {
	unfinished := []string{pattern}
	for len(unfinished) > 0 {
		last := len(unfinished) - 1
		text := unfinished[last]
		unfinished = unfinished[:last]
		open := openingBrace(text)
		if open < 0 {
			expanded = append(expanded, text)
		} else {
			branches, end := splitBranches(text, open)
			for _, branch := range branches {
				unfinished = append(unfinished, text[:open]+branch+text[end:])
			}
		}
		if len(expanded)+len(unfinished) > maxPatternAlternatives {
			return nil, false
		}
	}
	return expanded, true
}

// openingBrace returns the index of the first brace that opens branches, or -1.
func openingBrace(text string) int {
	for i := 0; i < len(text); i += tokenLen(text[i:]) {
		if text[i] == '{' {
			return i
		}
	}
	return -1
}

// splitBranches returns what stands between the brace at open, its commas, and
// its partner, and the index after the partner. Inner braces stay whole.
func splitBranches(text string, open int) (branches []string, end int) {
	depth, start := 0, open+1
	for i := open; i < len(text); i += tokenLen(text[i:]) {
		switch text[i] {
		case '{':
			depth++
		case ',':
			if depth == 1 {
				branches = append(branches, text[start:i])
				start = i + 1
			}
		case '}':
			if depth--; depth == 0 {
				return append(branches, text[start:i]), i + 1
			}
		}
	}
	return append(branches, text[start:]), len(text)
}
