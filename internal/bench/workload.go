package bench

import "time"

// workload is a row of the table for each of its variants.
type workload struct {
	name     string
	title    string // what the table says of it
	tree     tree
	there    bool // the bucket has the tree, without its edits
	pull     bool
	delay    time.Duration // added to every request
	variants []*variant
}

const (
	mib = 1 << 20
	gib = 1 << 30
)

// workloads are all rows there are.
func workloads(seed uint64, file, self string) []workload {
	small := tree{name: "small", files: 200_000, least: 100, most: 1024, folder: 100, seed: seed}
	edited := small
	edited.edited = true
	tiny := tree{name: "tiny", files: 1_000_000, least: 100, most: 100, folder: 100, seed: seed}
	pages := tree{name: "pages", files: 20_000, least: 4 << 10, most: 4 << 10, folder: 100, seed: seed}
	large := tree{name: "large", files: 9, least: 128 * mib, most: 128 * mib, first: 2 * gib, folder: 100, seed: seed}

	indexed, fresh := osssyncVariants(osssync(file))
	first := *fresh
	first.label, first.compares = "", byNothing
	size, md5, head := rcloneVariant(bySize, "--size-only"), rcloneVariant(byContent, "--checksum"), rcloneVariant(byTime)
	s5size, s5time := s5cmdVariant(bySize, "--size-only"), s5cmdVariant(byTime)
	all := []*variant{
		&first, ossutil1Variant(byNothing, ""), ossutil2Variant(byNothing), rcloneVariant(byNothing), s5cmdVariant(byNothing),
		mcVariant(byNothing), awsVariant(byNothing),
	}
	yardstick := bareVariant(bare(self))
	return []workload{
		{name: "unchanged", title: "nothing changed, 200,000 small files", tree: small, there: true, variants: []*variant{
			indexed, fresh, size, md5, head, s5size, s5time, mcVariant(byTime), awsVariant(byTime),
			ossutil1Snapshot(), ossutil2Variant(bySize, "--size-only"), ossutil2Variant(byContent, "--checksum"),
		}},
		{name: "unchanged-million", title: "nothing changed, 1,000,000 tiny files", tree: tiny, there: true, variants: []*variant{
			indexed, size, s5size, mcVariant(byTime),
		}},
		{name: "latency", title: "nothing changed, 200,000 small files, 20 ms a request", tree: small, there: true, delay: latency, variants: []*variant{
			indexed, fresh, size, s5size, mcVariant(byTime),
		}},
		{name: "changed", title: "1 % changed of 200,000 small files", tree: edited, there: true, variants: []*variant{
			indexed, size, md5, s5size, mcVariant(byTime), awsVariant(byTime), ossutil1Snapshot(), ossutil2Variant(bySize, "--size-only"),
		}},
		{name: "first-upload", title: "first upload, 20,000 files of 4 KiB", tree: pages, variants: all},
		{name: "upload-large", title: "upload, 2 GiB and 8 x 128 MiB", tree: large, variants: append([]*variant{yardstick}, all...)},
		{name: "download-large", title: "download, 2 GiB and 8 x 128 MiB", tree: large, there: true, pull: true, variants: append([]*variant{yardstick}, all...)},
	}
}

const latency = 20 * time.Millisecond
