// Package safety writes docs/safety.md, the page that tells which hazards osssync
// knows, what it does about each, and which test proves it.
//
// The hazards stand in rows.txt, one a line, under the ids D1 to R5; the promises
// that follow from them in claims.txt; the runs of the long harness in figures.txt.
// The proofs are looked for in the source of the tests: a test proves the row whose
// id its name begins with,
//
//	func TestD1_ListingFails(t *testing.T)       // row D1
//	func TestM9_R4_Attempts(t *testing.T)        // rows M9 and R4
//	t.Run("L9 another ETag", ...)                // row L9, if the name is a literal
//
// [Page] refuses to write a page that would claim too much: a row without a test that
// is not stated as a limit, a test of a row that does not exist, a row that is missing,
// there twice or out of its place.
//
// The test of the package compares the page with the file, and writes it anew with
//
//	go test ./internal/safety -run TestSafetyPage -update
package safety
