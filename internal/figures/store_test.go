package figures

func (s store) count(sql string) (n int, err error) {
	return n, s.Gorm().Raw(sql).Scan(&n).Error
}

func (s store) exec(sql string) error { return s.Gorm().Exec(sql).Error }
