package ecma_test

import (
	"fmt"

	"github.com/osssync/osssync/internal/ecma"
)

func ExampleUpdate() {
	crc := ecma.Checksum([]byte("12345"))
	fmt.Printf("%x\n", ecma.Update(crc, []byte("6789")))
	// Output: 995dc9bbdf1939fa
}
