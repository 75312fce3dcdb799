package eyes_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/osssync/osssync/internal/eyes"
	"github.com/osssync/osssync/internal/watch"
)

// A watch that is given the same board is shown as long as the server runs.
func Example() {
	board := watch.NewBoard(watch.Status{Mappings: []watch.MappingStatus{{Name: "site", State: watch.InSync, LastPass: time.Now()}}})
	server, err := eyes.New(board, eyes.Options{Version: "1.4.0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, end := context.WithCancel(context.Background())
	defer end()
	listener, err := eyes.Listen(ctx, "127.0.0.1:0", false)
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() { ended <- server.Serve(ctx, listener) }()

	answer, err := http.Get("http://" + listener.Addr().String() + "/readyz")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	fmt.Print(answer.StatusCode, " ", string(text))
	end()
	fmt.Println(err, <-ended)
	// Output:
	// 200 ready
	// <nil> <nil>
}
