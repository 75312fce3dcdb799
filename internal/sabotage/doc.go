// Package sabotage proves that the tests of osssync bite. Each of its patches brings
// back, in a line or a few, a bug that another tool is known for or that takes a
// safeguard away, and names the tests that have to fail with it.
//
// A patch is a text file in testdata:
//
//	Title: a listing that fails is taken for one that has ended
//	Rows: D1
//	Peer: peak/s5cmd#695
//	Test: ./iter -run TestEveryPageFailsInEveryWay
//
//	--- iter/listing.go
//	 			if err != nil {
//	-				yield(none, err)
//	 				return
//	 			}
//
// Rows are those of docs/safety.md. Peer is who met the bug, or guards against it. Test is what go test is given: a package, -run,
// and -tags where the tests need some; of several such lines each has to fail. Below a line of three dashes and a file come
// lines of it: those that stay begin with a space, those that go with a minus, those
// that come with a plus. The lines that stay and go must stand in the file exactly
// once. Further files, or places of the same one, may follow.
//
// A quick test sees that every patch still fits the source. The proof itself takes
// some minutes:
//
//	SABOTAGE=1 go test ./internal/sabotage -run TestSabotage -timeout 40m -v
//
// It needs no copy of the tree: a patched file takes the place of the real one only
// in the build (go test -overlay). The named tests must pass without the patch; with
// it they must build, and fail.
package sabotage
