package safety

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed claims.txt
var claimsText string

// claim is one promise, and the rows that it rests on.
type claim struct {
	Number int
	Text   string
	Rows   []string
}

// parseClaims reads number | promise | ids of rows, numbered from 1.
func parseClaims(text string) ([]claim, error) {
	var claims []claim
	var faults []error
	known := ids()
	for _, fields := range records(text) {
		number := len(claims) + 1
		if len(fields) != 3 || fields[0] != strconv.Itoa(number) {
			return nil, fmt.Errorf("claim %d: want its number, the promise and its rows", number)
		}
		c := claim{Number: number, Text: fields[1], Rows: strings.Fields(fields[2])}
		if len(c.Rows) == 0 {
			faults = append(faults, fmt.Errorf("claim %d rests on no row", number))
		}
		for _, id := range c.Rows {
			if !slices.Contains(known, id) {
				faults = append(faults, fmt.Errorf("claim %d rests on a row %s, which does not exist", number, id))
			}
		}
		claims = append(claims, c)
	}
	return claims, errors.Join(faults...)
}
