package contact

import "aftercall/internal/account"

// takePeople turns the names of participants into ids of agents and teams, which are created where there are none.
func (k *taking) takePeople(inputs []*fresh) ([][]Participant, error) {
	agents, teams := names{}, names{}
	for _, f := range inputs {
		for _, p := range f.input.Participants {
			agents.add(p.Agent)
			teams.add(p.Team)
		}
	}
	people := make([][]Participant, len(inputs))
	if len(agents.list)+len(teams.list) == 0 {
		return people, nil
	}
	agentIDs, err := k.store.internAgents(k.sourceID, agents.list)
	if err != nil {
		return nil, err
	}
	teamIDs, err := account.InternTeams(k.store.Tx, teams.list)
	if err != nil {
		return nil, err
	}
	for i, f := range inputs {
		for _, p := range f.input.Participants {
			people[i] = append(people[i], Participant{Role: p.Role, AgentID: agentIDs[p.Agent], TeamID: teamIDs[p.Team]})
		}
	}
	return people, nil
}

// names is a list of distinct names that are not empty.
type names struct {
	seen map[string]bool
	list []string
}

func (n *names) add(name string) {
	if name == "" || n.seen[name] {
		return
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[name] = true
	n.list = append(n.list, name)
}
