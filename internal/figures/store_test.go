package figures

func (s store) count(sql string) (n int, err error) {
	err = s.Gorm().Raw(sql).Scan(&n).Error
	return n, err
}

func (s store) exec(sql string) error { return s.Gorm().Exec(sql).Error }
