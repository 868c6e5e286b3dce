package skill

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// store is a transaction on the tables of skills.
type store struct{ database.Tx }

func (s store) skill(id int64) (Skill, error) {
	return database.One[Skill](s.Gorm().Where("id = ?", id), "skill", errUnknown)
}

func (s store) skills() ([]Skill, error) {
	var found []Skill
	if err := s.Gorm().Order("name").Limit(MaxSkills).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list skills: %w", err)
	}
	return found, nil
}

func (s store) names(ids []int64) (map[int64]string, error) {
	rows, err := database.In[Skill](ids, "names of skills", func(part []int64) *gorm.DB { return s.Gorm().Where("id IN ?", part) })
	names := make(map[int64]string, len(rows))
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, err
}

func (s store) insertSkill(row *Skill) error {
	return named(s.Gorm().Create(row).Error)
}

// named is how writing a name went.
func named(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.InvalidFields(fault.Field{Name: "name", Code: "skill_taken", Problem: "there is a skill of this name"})
	}
	if err != nil {
		return fmt.Errorf("name a skill: %w", err)
	}
	return nil
}

func (s store) renameSkill(id int64, name string) error {
	return named(s.Gorm().Model(&Skill{}).Where("id = ?", id).Update("name", name).Error)
}

// deleteSkill deletes a skill with who has it.
func (s store) deleteSkill(id int64) error {
	if err := s.Gorm().Where("skill_id = ?", id).Delete(&holding{}).Error; err != nil {
		return fmt.Errorf("take a skill from its callers: %w", err)
	}
	if err := s.Gorm().Where("id = ?", id).Delete(&Skill{}).Error; err != nil {
		return fmt.Errorf("delete skill: %w", err)
	}
	return nil
}

func (s store) give(id int64, users []int64) error {
	if len(users) == 0 {
		return nil
	}
	rows := make([]holding, len(users))
	for i, user := range users {
		rows[i] = holding{UserID: user, SkillID: id}
	}
	if err := s.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, database.MaxIn).Error; err != nil {
		return fmt.Errorf("give a skill to callers: %w", err)
	}
	return nil
}

// giveOnly lets a user have the skills that there are of these, and no others.
func (s store) giveOnly(userID int64, skillIDs []int64) error {
	if err := s.Gorm().Where("user_id = ?", userID).Delete(&holding{}).Error; err != nil {
		return fmt.Errorf("take the skills of a user: %w", err)
	}
	known, err := s.names(skillIDs)
	if err != nil {
		return err
	}
	rows := make([]holding, 0, len(known))
	for id := range known {
		rows = append(rows, holding{UserID: userID, SkillID: id})
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b holding) int { return cmp.Compare(a.SkillID, b.SkillID) })
	if err := s.Gorm().Create(&rows).Error; err != nil {
		return fmt.Errorf("give skills to a user: %w", err)
	}
	return nil
}

func (s store) take(id int64, users []int64) error {
	for len(users) > 0 {
		part := users[:min(database.MaxIn, len(users))]
		if err := s.Gorm().Where("skill_id = ? AND user_id IN ?", id, part).Delete(&holding{}).Error; err != nil {
			return fmt.Errorf("take a skill from callers: %w", err)
		}
		users = users[len(part):]
	}
	return nil
}

func (s store) of(users []int64) (map[int64][]int64, error) {
	rows, err := database.In[holding](users, "the skills of callers", func(part []int64) *gorm.DB {
		return s.Gorm().Where("user_id IN ?", part)
	})
	skills := make(map[int64][]int64)
	for _, row := range rows {
		skills[row.UserID] = append(skills[row.UserID], row.SkillID)
	}
	return skills, err
}

func (s store) holders(id int64) ([]int64, error) {
	var ids []int64
	err := s.Gorm().Model(&holding{}).Where("skill_id = ?", id).Order("user_id").Limit(MaxHolders).Pluck("user_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read who has a skill: %w", err)
	}
	return ids, nil
}

func (s store) having(id int64, users []int64) (map[int64]bool, error) {
	rows, err := database.In[holding](users, "who has a skill", func(part []int64) *gorm.DB {
		return s.Gorm().Where("user_id IN ? AND skill_id = ?", part, id)
	})
	have := make(map[int64]bool, len(rows))
	for _, row := range rows {
		have[row.UserID] = true
	}
	return have, err
}

func (s store) countHolders() (map[int64]int, error) {
	var rows []struct {
		SkillID int64
		Count   int
	}
	err := s.Gorm().Model(&holding{}).Select("skill_id, COUNT(*) AS count").Group("skill_id").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count who has skills: %w", err)
	}
	counts := make(map[int64]int, len(rows))
	for _, row := range rows {
		counts[row.SkillID] = row.Count
	}
	return counts, nil
}

func (s store) rules() ([]Rule, error) {
	var found []Rule
	if err := s.Gorm().Order("position, id").Limit(MaxRules).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list the rules of skills: %w", err)
	}
	return found, nil
}

func (s store) insertRule(row *Rule) error {
	if err := s.Gorm().Create(row).Error; err != nil {
		return fmt.Errorf("insert a rule of skills: %w", err)
	}
	return nil
}

func (s store) deleteRule(id int64) error {
	if err := s.Gorm().Where("id = ?", id).Delete(&Rule{}).Error; err != nil {
		return fmt.Errorf("delete a rule of skills: %w", err)
	}
	return nil
}

func (s store) placeRule(id int64, position int) error {
	if err := s.Gorm().Model(&Rule{}).Where("id = ?", id).Update("position", position).Error; err != nil {
		return fmt.Errorf("move a rule of skills: %w", err)
	}
	return nil
}
