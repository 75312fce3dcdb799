// Package nullserver answers the calls that sync clients make, in the dialects of OSS
// and S3, as cheaply as an HTTP server of the standard library can: the yardstick for
// what a client costs, never for whether it is right. It checks no signature and no
// condition but those of ranged reads, and keeps no content.
//
// A server has one bucket. What is in it at first is given to [Server.Load]; what
// clients write and delete lies above that and is gone after [Server.Reset]:
//
//	s := nullserver.New("bench")
//	s.Load([]nullserver.Object{{Key: "www/a", Size: 3, ...}}, dir)
//	s.Reset(20 * time.Millisecond) // added to every request from now on
//	go http.Serve(listener, s)
//	...
//	fmt.Println(s.Requests()) // "list 200"
//
// Every client meets the same server: it takes the CRC-64 of every body, and the
// MD5 of those up to 4 MiB whose sender did not tell it.
package nullserver
