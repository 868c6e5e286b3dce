package callback

// KeepLooks keeps callers who ask waiting until the returned function is called.
func (s *Service) KeepLooks() (goOn func()) {
	for range looksAtOnce {
		s.looks.turns <- struct{}{}
	}
	return func() {
		for range looksAtOnce {
			<-s.looks.turns
		}
	}
}

// Asking returns how many callers wait for a look.
func (s *Service) Asking() int {
	s.looks.mu.Lock()
	defer s.looks.mu.Unlock()
	return len(s.looks.waiting)
}

// Reaching returns how many persons somebody is just claiming.
func (s *Service) Reaching() int {
	n := 0
	s.reaching.Range(func(any, any) bool { n++; return true })
	return n
}

// FillLook lets as many others ask as one look answers.
func (s *Service) FillLook() {
	s.looks.mu.Lock()
	defer s.looks.mu.Unlock()
	for range mostLooks {
		s.looks.waiting = append(s.looks.waiting, &look{done: make(chan struct{})})
	}
}
