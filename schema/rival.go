package schema

// rival tells whether the class that a server has is the one of the same name in the
// other contract than the wanted class: it has all that the other one requires and the
// wanted one does not know, and nothing that only the wanted one requires. No step makes
// one of them the other, since the rows would lack what is required.
func rival(want, have Class) (wanted, found string, ok bool) {
	type contract struct {
		name   string
		schema Schema
	}
	iso := contract{"the contract of six classes", ISO9001()}
	prompt := contract{"the contract of the prompt's four classes", Prompt()}
	for _, pair := range [][2]contract{{iso, prompt}, {prompt, iso}} {
		mine, known := pair[0].schema.Class(want.Name)
		other, knownToo := pair[1].schema.Class(want.Name)
		if !known || !knownToo {
			continue
		}
		own, foreign := requiredOnlyIn(mine, other), requiredOnlyIn(other, mine)
		if len(own) == 0 || len(foreign) == 0 {
			continue // such as the users, whom both contracts have
		}
		if holds(want, own) == len(own) && holds(have, foreign) == len(foreign) && holds(have, own) == 0 {
			return pair[0].name, pair[1].name, true
		}
	}
	return "", "", false
}

// requiredOnlyIn are the columns that a class requires and another one does not have.
func requiredOnlyIn(class, other Class) []string {
	var names []string
	for name, field := range class.Fields {
		if _, both := other.Fields[name]; !both && field.Required {
			names = append(names, name)
		}
	}
	return names
}

// holds counts the columns that a class has.
func holds(class Class, columns []string) int {
	count := 0
	for _, name := range columns {
		if _, ok := class.Fields[name]; ok {
			count++
		}
	}
	return count
}
