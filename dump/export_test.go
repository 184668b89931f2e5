package dump

// PartRows gives options with parts of so many rows.
func (o Options) PartRows(n int) Options {
	o.partRows = n
	return o
}
