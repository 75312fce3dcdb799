package eyes

import (
	"net"
	"net/http"
)

// guarded lets through what only looks, and sets what every answer has.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			answer(w, http.StatusMethodNotAllowed, "nothing can be changed here")
		case !s.addressed(r):
			answer(w, http.StatusMisdirectedRequest, "this address answers to localhost and 127.0.0.1 alone")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// addressed reports whether a request is meant for this server. A page of another
// site can have its own name point at a loopback address and then read what that
// answers; its requests name it. Sockets of the file system are out of its reach.
func (s *Server) addressed(r *http.Request) bool {
	at, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if _, tcp := at.(*net.TCPAddr); !tcp || s.opts.Public {
		return true
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return loopback(host)
}

// fromElsewhere reports whether a page of another site has sent a request. It could
// not read the answer, but would hold a place.
func fromElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return false
	}
	return true
}
