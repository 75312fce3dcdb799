package sabotage_test

import (
	"fmt"
	"testing/fstest"

	"github.com/osssync/osssync/internal/sabotage"
)

func Example() {
	patches, err := sabotage.Load(fstest.MapFS{"guard-off.patch": {Data: []byte(`Title: deletes are not counted
Rows: D12
Test: ./guard -run ^TestGuard$

--- guard/guard.go
-	return deletes > limit
+	return false
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	source := fstest.MapFS{"guard/guard.go": {Data: []byte("package guard\n\nfunc tooMany(deletes, limit int) bool {\n\treturn deletes > limit\n}\n")}}
	files, err := patches[0].Apply(source)
	fmt.Printf("%s (%s):\n%s%v\n", patches[0].Name, patches[0].Title, files["guard/guard.go"], err)
	// Output:
	// guard-off (deletes are not counted):
	// package guard
	//
	// func tooMany(deletes, limit int) bool {
	// 	return false
	// }
	// <nil>
}
