package where

type allItem struct{}

func (n *Node) match(object map[string]any) (bool, error) { return false, nil }
