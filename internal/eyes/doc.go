// Package eyes shows a watch to people and to their monitoring over HTTP: a live page,
// metrics and probes. It only looks: nothing can be changed through it.
//
//	board := watch.NewBoard(watch.Status{})
//	traffic := &eyes.Traffic{} // its counters go into the clients of the stores
//	server, err := eyes.New(board, eyes.Options{Version: "1.4.0", Traffic: traffic})
//	...
//	listener, err := eyes.Listen(ctx, "127.0.0.1:9723", false)
//	...
//	err = server.Serve(ctx, listener)
//
// What it answers:
//
//	/         the page: HTML that is whole without script, kept up to date with it
//	/events   what the page is kept up to date by: server-sent events
//	/metrics  for Prometheus
//	/healthz  200 while every mapping gives signs of life
//	/readyz   200 once every mapping has come to the end of a pass, and none is halted
//
// Nothing runs while nobody asks: there is no timer and no goroutine but that of the
// listener. A page costs one goroutine, and what it is sent is rendered once for all
// of them. Who is too slow is let go.
//
// Whoever reaches the address sees the names of files, and nothing secret. On a
// loopback address a request has to name one as its host too, so that no page of
// another site can read it by a name that it points there.
package eyes
