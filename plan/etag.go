package plan

// listedSums returns the checksums that the listing itself gives: the ETag of an
// object of type Normal is the MD5 of its content.
func listedSums(r *Remote) Sums {
	if r.Type == TypeNormal && isMD5(r.Version.ETag) {
		return Sums{MD5: upper(r.Version.ETag)}
	}
	return Sums{}
}

func isMD5(etag string) bool {
	if len(etag) != 32 {
		return false
	}
	for i := range len(etag) {
		c := etag[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func upper(hex string) string {
	b := []byte(hex)
	for i, c := range b {
		if c >= 'a' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}
