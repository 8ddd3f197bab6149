#include "ui/window/preferences.h"

#include "ui/window/pseudo.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

#include <algorithm>

namespace runnel::ui {

Preferences::Preferences(const QString& file, QObject* parent)
    : QObject(parent), m_settings(file, QSettings::IniFormat) {}

Preferences::~Preferences() = default;

Scheme Preferences::scheme() const {
    const auto value = m_settings.value(QStringLiteral("theme")).toString();
    return value == QStringLiteral("dark")    ? Scheme::dark
           : value == QStringLiteral("light") ? Scheme::light
                                              : Scheme::system;
}

void Preferences::setScheme(Scheme scheme) {
    m_settings.setValue(QStringLiteral("theme"), scheme == Scheme::dark ? QStringLiteral("dark")
                                                 : scheme == Scheme::light
                                                     ? QStringLiteral("light")
                                                     : QStringLiteral("system"));
    Theme::current().setScheme(scheme);
    Theme::current().apply();
}

int Preferences::textSize() const {
    return std::clamp(m_settings.value(QStringLiteral("text_size"), 100).toInt(), 100, 200);
}

void Preferences::setTextSize(int percent) {
    m_settings.setValue(QStringLiteral("text_size"), percent);
    Theme::current().setTextScale(percent / 100.0);
    Theme::current().apply();
    // Some sizes are taken when a page is made.
    emit languageChanged();
}

QString Preferences::language() const {
    return m_settings.value(QStringLiteral("language")).toString();
}

void Preferences::setLanguage(const QString& language) {
    if (language == this->language()) return;
    m_settings.setValue(QStringLiteral("language"), language);
    applyLanguage();
    emit languageChanged();
}

void Preferences::apply() {
    applyLanguage();
    Theme::current().setScheme(scheme());
    Theme::current().setTextScale(textSize() / 100.0);
    Theme::current().apply();
}

void Preferences::applyLanguage() {
    auto* const app = QCoreApplication::instance();
    app->removeTranslator(&m_messages);
    app->removeTranslator(&m_plurals);
    app->removeTranslator(&m_of_qt);
    m_pseudo.reset();
    const auto wanted = language();
    const QLocale locale = wanted.isEmpty() || wanted == QStringLiteral("pseudo")
                               ? QLocale::system()
                               : QLocale(wanted);
    // English is the source: its file has the plurals only, and is what every other language falls
    // back to.
    if (m_plurals.load(QStringLiteral(":/messages/runnel_en.qm")))
        app->installTranslator(&m_plurals);
    QLocale::setDefault(QLocale(QLocale::English));
    if (wanted == QStringLiteral("pseudo")) {
        m_pseudo = std::make_unique<PseudoTranslator>();
        app->installTranslator(m_pseudo.get());
    } else if (locale.language() != QLocale::English &&
               m_messages.load(locale, QStringLiteral("runnel"), QStringLiteral("_"),
                               QStringLiteral(":/messages"))) {
        app->installTranslator(&m_messages);
        QLocale::setDefault(locale);
        // What Qt itself says: the menu of every field, the dialog that opens a picture.
        if (m_of_qt.load(locale, QStringLiteral("qtbase"), QStringLiteral("_"),
                         QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
            app->installTranslator(&m_of_qt);
    } else if (locale.language() == QLocale::English) {
        QLocale::setDefault(locale);
    }
}

}  // namespace runnel::ui
