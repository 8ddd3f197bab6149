// Preferences: how the window looks and speaks: theme, text size, language. Nothing about money;
// kept in a small file beside the wallets. Applying them is here too, so that there is one place
// that does.
#pragma once

#include "ui/style/theme.h"

#include <QObject>
#include <QSettings>
#include <QTranslator>

namespace runnel::ui {

class Preferences : public QObject {
    Q_OBJECT
public:
    explicit Preferences(const QString& file, QObject* parent = nullptr);
    ~Preferences() override;

    Scheme scheme() const;
    void setScheme(Scheme scheme);
    /// Percent: 100, 125, 150 or 200.
    int textSize() const;
    void setTextSize(int percent);
    /// "" follows the system, else "en" or "de", or "pseudo" to try longer texts.
    QString language() const;
    void setLanguage(const QString& language);

    /// Loads texts, sets the theme; after each change as well.
    void apply();

signals:
    /// Texts are others now: what shows them must be built anew.
    void languageChanged();

private:
    void applyLanguage();
    QSettings m_settings;
    QTranslator m_messages, m_plurals, m_of_qt;
    std::unique_ptr<QTranslator> m_pseudo;
};

}  // namespace runnel::ui
