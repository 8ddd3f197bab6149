// The two ways words come back from a person: WordChecks asks for three of a new wallet's words by
// choosing among four, WordForm takes all words of an old one, each in a field of its own that
// completes from the list. What is typed stays in wiped memory.
#pragma once

#include "core/api/setup.h"
#include "ui/widgets/secret_edit.h"

#include <QAbstractButton>
#include <QWidget>

#include <functional>
#include <vector>

class QGridLayout;
class QVBoxLayout;

namespace runnel::ui {

/// A word of the list to choose; kept as its place in the list, painted when seen.
class WordOption : public QAbstractButton {
    Q_OBJECT
public:
    WordOption(std::string_view word, const char* object_name, QWidget* parent = nullptr);
    std::string_view word() const { return m_word; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::string_view m_word;  ///< Of the list, which is public and lives as long as the program.
};

class WordChecks : public QWidget {
    Q_OBJECT
public:
    explicit WordChecks(api::Setup& setup, QWidget* parent = nullptr);
    /// Asks for three words in random places.
    void ask(const SecretBytes& words);
    void clear();
    bool allRight() const { return m_right == questions; }
    static constexpr int questions = 3;

signals:
    void answered();
    /// A wrong one was chosen: whoever hears it goes back to the words and asks anew.
    void mistaken();

private:
    void addQuestion(int place, std::string_view right);
    api::Setup& m_setup;
    QVBoxLayout* m_layout;
    int m_right = 0;
};

class WordForm : public QWidget {
    Q_OBJECT
public:
    explicit WordForm(api::Setup& setup, QWidget* parent = nullptr);
    /// What was typed, with single spaces between; empty fields at the end are left out.
    SecretBytes words() const;
    void clear();
    void mark(std::size_t position);
    SecretEdit* field(int index) const { return m_fields[static_cast<std::size_t>(index)]; }
    static constexpr int count = 24;

signals:
    void edited();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange(int columns);
    void complete(int index);
    api::Setup& m_setup;
    QGridLayout* m_grid;
    std::vector<SecretEdit*> m_fields;
    std::vector<QWidget*> m_cells;
    int m_columns = 0;
};

}  // namespace runnel::ui
