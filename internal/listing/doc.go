// Package listing lists the objects below a prefix with several requests at a
// time, as one sequence in order.
//
// A listing of OSS is serial by nature: a page tells where the next one begins.
// Whoever listed the prefix before, or has a tree that is like it, knows keys at
// which to begin without waiting:
//
//	objects := listing.Objects(ctx, client, "bucket", listing.Options{
//		Prefix: "www/",
//		Known:  slices.Values(keys), // in ascending order
//	})
//	for object, err := range objects {
//		...
//	}
//
// # Stretches
//
// The listing is a chain of stretches, each the keys after one key and up to
// another, which is where the next stretch begins. A stretch is one request. Its
// page is cut off at the end of the stretch; one that ends before it leaves the
// rest as a stretch of its own. So whatever is known of the keys, right or wrong,
// no object is left out and none comes twice: a bad cut costs a request.
//
// # Requests
//
// A serial listing of n objects takes n/1000 requests, and this one about as many.
// Cuts are as many known keys apart as made a full page of late, less 5 % unless
// stretches have held exactly what was known. The first request goes alone; from
// then on one more may be under way with each page that held what was expected, up
// to the window, so that they double from answer to answer.
//
// Requests may bring less than serial ones would by those 5 %, 3 % more, and two
// pages. How much of that is left bounds what reads ahead; when nothing is, the
// listing goes on with one request at a time, which loses none. Only beyond the last
// object, where keys are known that are gone, a window of requests can be in vain.
//
// A page that covers the stretches after it takes their place, and one that the
// service says is the last ends the listing; requests under way for what it covers
// are cancelled. With no known keys the listing is serial. Where many objects stand
// between two known keys, a place among them is guessed from the keys that were seen.
package listing
