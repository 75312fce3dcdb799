package spec

import "strings"

// longestName bounds the names that are compared; no known name is longer.
const longestName = 64

// nearest returns the known name that name is most likely a misspelling of.
// The case of letters, "-" and "_" do not count; beyond that, up to a third of
// the letters may differ.
func nearest(name string, known []string) (found string, ok bool) {
	name = fold(name)
	if len(name) > longestName {
		return "", false
	}
	best := 1 + max(1, len(name)/3)
	for _, candidate := range known {
		if n := distance(name, fold(candidate)); n < best {
			found, best, ok = candidate, n, true
		}
	}
	return found, ok
}

func fold(name string) string {
	name = strings.ToLower(name)
	return strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", "")
}

// distance is the number of bytes to insert, delete, replace or swap with
// their neighbour to make a from b, of at most longestName bytes each, where no
// byte is touched twice (optimal string alignment).
func distance(a, b string) int {
	// Row i holds the distances of the first i bytes of a; three rows are live.
	var rows [3][longestName + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, above, before := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := above[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
