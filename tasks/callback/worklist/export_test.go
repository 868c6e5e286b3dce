package worklist

// Walking returns a service that reads hardly anything at once, as with a million callbacks.
func (s *Service) Walking() *Service {
	walking := *s
	walking.few = 1
	return &walking
}
