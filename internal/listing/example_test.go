package listing

import (
	"context"
	"fmt"
	"slices"
)

func ExampleObjects() {
	client := &bucket{keys: []string{"www/about.html", "www/app.css", "www/app.js", "www/index.html"}}
	objects := Objects(context.Background(), client, "bucket", Options{
		Prefix: "www/",
		Known:  slices.Values([]string{"www/about.html", "www/app.js", "www/index.html"}),
	})
	for object, err := range objects {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(object.Key, object.Size)
	}
	// Output:
	// www/about.html 14
	// www/app.css 11
	// www/app.js 10
	// www/index.html 14
}
