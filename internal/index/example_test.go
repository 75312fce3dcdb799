package index_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

func Example() {
	dir, err := os.MkdirTemp("", "index")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	x, err := index.Create(filepath.Join(dir, "index.db"), "here")
	if err != nil {
		log.Fatal(err)
	}
	defer x.Close()

	if err := x.Begin(); err != nil {
		log.Fatal(err)
	}
	err = x.Write([]index.Change{
		{Path: "index.html", Row: &plan.Base{Path: "index.html", Local: plan.Stat{Size: 120}, Owned: true}},
		{Path: "assets/app.js", Row: &plan.Base{Path: "assets/app.js", Local: plan.Stat{Size: 4096}}},
		{Path: "gone.html"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range x.Rows() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.Path, row.Local.Size, row.Owned)
	}
	// Output:
	// assets/app.js 4096 false
	// index.html 120 true
}
